# Cap Clients: one image for web, worker, beat, preparation and backups.
FROM python:3.13-slim AS libraries
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    BIND=0.0.0.0:8000
RUN useradd --uid 10001 --create-home cap && install -d -o cap -g cap /data /backups
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
COPY . .
RUN python scripts/messages.py --compile-only
USER cap
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:config.gunicorn"]
