"""The exports of lists that name people: why, who asks, who else answers for the large ones (ADR 0042).

The rooms above say what their lists hold (``lists.register``); everything else is here: a small list is handed over
at once, a large one waits for a second person, is prepared by the worker, and its file lasts a day.
"""
