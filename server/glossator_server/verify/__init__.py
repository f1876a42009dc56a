"""Own what is found out about a change before anybody sees it.

Comments are checked here, code is checked in the sandbox. It must not change anything, nor ask a
model.
"""

from glossator_server.verify.comments import CommentChange, check_comment, failures

__all__ = ["CommentChange", "check_comment", "failures"]
