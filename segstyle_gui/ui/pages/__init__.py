"""One page for each step of the flow; each knows the session and the actions, and no other page."""
