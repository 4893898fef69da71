"""What schemathesis cannot know of the API."""

import re
import uuid

import schemathesis

VALID_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")


@schemathesis.hook
def before_call(context, case, kwargs):
    """A caller gives each request a key of its own; one that is no key stays as it is, to be refused.

    Out of a small set of texts schemathesis would give one key to two requests, which is 422 by contract.
    """
    phase = getattr(case.meta, "phase", None)
    if getattr(getattr(phase, "data", None), "parameter", None) == "Authorization":
        # A changed case would get back the header that it is about to leave out.
        return
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and VALID_KEY.match(key):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
