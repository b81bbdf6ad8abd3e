"""The only threads of the application: a job is one piece of work with progress, previews and a stop.

No widgets here; results reach the window as signals on the thread that the job queue lives in.
"""
