"""Words of the administration that Django's own translation cannot inflect."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def lines_data(lines: Any) -> str:
    """What the script of the lines of a form needs, with the words of the button that adds one."""
    data = json.loads(lines.inline_formset_data())
    data["options"] |= {"addText": lines.opts.add_label, "deleteText": "Retirer cette ligne"}
    return json.dumps(data)
