"""The tag ``url``, in place of Django's: the same answers (``core.addresses``)."""

from django import template
from django.template import Context, defaulttags
from django.template.base import Parser, Token
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape

from core.addresses import address

register = template.Library()


class AddressNode(defaulttags.URLNode):
    """An address of ours; what is named otherwise than by identifiers in order is left to Django."""

    def render(self, context: Context) -> str:
        name = self.view_name.resolve(context)
        if self.kwargs or not isinstance(name, str) or name.startswith("admin:"):
            return super().render(context)
        try:
            found = address(name, *(one.resolve(context) for one in self.args))
        except NoReverseMatch:
            if self.asvar is None:
                raise
            found = ""
        if self.asvar is not None:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """As Django's."""
    node = defaulttags.url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)
