"""Uploads the file of the first argument with the published fal-client and tells how long that took, without its start."""

import json
import os
import sys
import time

import fal_client
from fal_client import client as fal

BASE = os.environ["FAL_BASE_URL"]
# Looked up at each call, so no edit of the package is needed.
fal.RUN_URL_FORMAT = f"{BASE}/run/"
fal.QUEUE_URL_FORMAT = f"{BASE}/queue/"
fal.REST_URL = f"{BASE}/rest"
fal.CDN_URL = f"{BASE}/cdn"

client = fal_client.SyncClient(key=os.environ["FAL_KEY"])
begun = time.perf_counter()
url = client.upload_file(sys.argv[1])
print(json.dumps({"ms": (time.perf_counter() - begun) * 1000, "url": url}))
