"""The loader: files and databases in, one published snapshot out."""

import os

# Before numpy is loaded. What is judged is many small matrices: threads that wait for each other only keep cores busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
