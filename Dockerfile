# The image of the web, the worker, beat and the migrations: one code, one set of dependencies.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /portal
# The dependencies alone first: this layer is built again only when the lock changes.
COPY pyproject.toml uv.lock .python-version ./
RUN uv sync --frozen --no-dev
COPY . .
RUN /opt/venv/bin/python -m compileall -q accounts core notifications partners portal referrals reporting youths

FROM python:3.13-slim
# Its own user; /data holds private documents and the gathered static files, shared by web and worker.
RUN useradd --system --uid 10001 --create-home portal && install -d -o portal -g portal /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /portal /portal
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PORTAL_VAR=/data
WORKDIR /portal
USER portal
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--no-control-socket"]
