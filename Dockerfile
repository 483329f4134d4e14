# The app alone: no compiler, nobody's root, the processor build of torch.
#   docker build --build-arg TORCH_INDEX=… -t seq2see .     (README says what the index is for)
FROM python:3.11-slim-bookworm

ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1 SEQ2SEE_RUNS=/runs

WORKDIR /app
COPY requirements-app.txt ./
RUN if [ -n "$TORCH_INDEX" ]; then pip install torch==2.13.0 --index-url "$TORCH_INDEX"; fi \
    && pip install -r requirements-app.txt \
    && useradd --create-home --uid 1000 seq2see \
    && mkdir /runs \
    && chown seq2see /runs

COPY app.py LICENSE ./
COPY .streamlit .streamlit
COPY assets assets
COPY core core
COPY pages pages

USER 1000
VOLUME /runs
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501"]
