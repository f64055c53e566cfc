"""The embedded queue: kombu's files, written whole.

kombu creates a message's file first and fills it next. On a busy machine a worker may take it in between, read
nothing and die of it. Here a message appears under its name only once it is written (rename is atomic).
"""

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Messages as files that are never seen half written."""

    # kombu's own two signatures disagree.
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        draft = Path(self.data_folder_out) / f"{name}.draft"
        draft.write_bytes(dumps(payload).encode())
        os.replace(draft, Path(self.data_folder_out) / name)


class Transport(filesystem.Transport):
    """``filesystem://`` with the channel above."""

    Channel = Channel
