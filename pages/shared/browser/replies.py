"""Replies: what a view says is taken once, however often it says it.

A view of ours numbers what it says and says it again until the server returns the newest number that it has heard
(`assets/components/lib/messages.js`), since Streamlit may lose a message, or let the next one overtake it.
"""

from collections.abc import Mapping
from typing import Any

from pages.shared.state import AppState


def new_messages(current: AppState, key: str, sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a view says, by its key, that was not heard before, the oldest first; then it counts as heard."""
    new = [each for each in messages_of(sent) if each["id"] > reply_to(current, key)]
    if new:
        current.replies[key] = new[-1]["id"]
    return new


def messages_of(sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all that a view says at once, by number."""
    listed = [each for each in sent.get("messages") or () if isinstance(each, dict) and isinstance(each.get("id"), int)]
    return sorted(listed, key=lambda message: message["id"])


def reply_to(current: AppState, key: str) -> int:
    """Return the number of the newest message that was heard from a view."""
    return current.replies.get(key, 0)
