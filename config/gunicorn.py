"""How gunicorn runs, under `serve` and in a container alike (`gunicorn --config python:config.gunicorn`)."""

import os

from config import logs

wsgi_app = "config.wsgi:application"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60  # a worker silent for longer is replaced; no statement of a web process lasts more than 15 s
graceful_timeout = 8
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
accesslog = None  # one line a request is written by config.logs, without addresses or tokens
logconfig_dict = logs.CONFIGURATION
