"""Drives the published fal-client, unchanged, against the emulator at $FAL_BASE_URL."""

import hashlib
import os
import tempfile
import time

import fal_client
from fal_client import client as fal
from report import Control, check, equal, fetch, truth

BASE = os.environ["FAL_BASE_URL"]
KEY = os.environ["FAL_KEY"]
# Looked up at each call, so no edit of the package is needed.
fal.RUN_URL_FORMAT = f"{BASE}/run/"
fal.QUEUE_URL_FORMAT = f"{BASE}/queue/"
fal.REST_URL = f"{BASE}/rest"
fal.CDN_URL = f"{BASE}/cdn"

MODEL = "fal-ai/flux/dev"
SHORT = "fal-ai/fast-sdxl"
VOICE = "fal-ai/kokoro/american-english"
INPUT = {"prompt": "a lighthouse", "seed": 7, "image_size": {"width": 64, "height": 64}}
UNKNOWN = "00000000-0000-4000-8000-000000000000"
BIG = os.urandom(1 << 20) * 105
emulator = Control(BASE)
client = fal_client.SyncClient(key=KEY)
LONG = 3_600_000


def refused(status, call):
    """The error of a call that must fail with this HTTP status."""
    try:
        call()
    except fal_client.FalClientHTTPError as error:
        equal(error.status_code, status)
        return error
    raise AssertionError(f"no error, {status} expected")


async def arefused(status, awaitable):
    try:
        await awaitable
    except fal_client.FalClientHTTPError as error:
        equal(error.status_code, status)
        return error
    raise AssertionError(f"no error, {status} expected")


def until(read, kind):
    for _ in range(600):
        status = read()
        if isinstance(status, kind):
            return status
        time.sleep(0.02)
    raise AssertionError(f"never {kind.__name__}")


def subscribe():
    emulator.delays(queue_ms=400, run_ms=400, ahead=1)
    seen, ids = [], []
    output = client.subscribe(MODEL, INPUT, with_logs=True, on_enqueue=ids.append, on_queue_update=seen.append, interval=0.02)
    truth(output["images"][0]["url"].startswith(BASE), "an image on the CDN")
    kinds = [type(s) for s in seen]
    for kind in (fal_client.Queued, fal_client.InProgress, fal_client.Completed):
        truth(kind in kinds, f"{kind.__name__} was never seen")
    truth(any(getattr(s, "logs", None) for s in seen), "log lines")
    equal(len(ids), 1)
    emulator.delays()


def run():
    output = client.run(SHORT, INPUT)
    content, headers = fetch(output["images"][0]["url"])
    truth(len(content) > 50, "a picture")
    equal(headers["content-type"], output["images"][0]["content_type"])


def voice():
    output = client.run(VOICE, {"prompt": "Good morning."})
    truth(len(fetch(output["audio"]["url"])[0]) > 1000, "a sound")


def by_id():
    handle = client.submit(MODEL, INPUT)
    other = client.get_handle(MODEL, handle.request_id)
    equal((handle.status_url, handle.response_url, handle.cancel_url),
          (other.status_url, other.response_url, other.cancel_url))
    equal(other.get()["seed"], 7)
    equal(client.result(MODEL, handle.request_id)["seed"], 7)


def in_queue():
    emulator.delays(queue_ms=LONG, ahead=3)
    handle = client.submit(MODEL, INPUT)
    status = handle.status()
    emulator.delays()
    equal((type(status), status.position), (fal_client.Queued, 3))
    handle.cancel()


def in_progress():
    emulator.delays(run_ms=LONG)
    handle = client.submit(MODEL, INPUT)
    status = until(lambda: client.status(MODEL, handle.request_id, with_logs=True), fal_client.InProgress)
    truth(isinstance(status.logs, list), "logs are a list when asked for")
    equal(handle.status().logs, None)
    handle.cancel()
    emulator.delays()


def completed():
    handle = client.submit(MODEL, INPUT)
    status = until(lambda: handle.status(with_logs=True), fal_client.Completed)
    truth(status.metrics["inference_time"] >= 0, "inference time")
    equal((status.error, status.error_type), (None, None))
    truth(status.logs and status.logs[0]["message"], "log lines")


def too_early():
    emulator.delays(queue_ms=LONG)
    handle = client.submit(MODEL, INPUT)
    # `get` waits for the end, so the client's own connection asks directly.
    answer = handle.client.get(handle.response_url)
    equal((answer.status_code, answer.json()), (400, {"detail": "Request is still in progress"}))
    handle.cancel()
    emulator.delays()


def unknown():
    refused(404, lambda: client.status(MODEL, UNKNOWN))
    refused(404, lambda: client.cancel(MODEL, UNKNOWN))


def cancel_before():
    emulator.delays(queue_ms=LONG)
    handle = client.submit(MODEL, INPUT)
    handle.cancel()
    status = until(handle.status, fal_client.Completed)
    equal(status.error_type, "client_cancelled")
    equal(refused(499, handle.get).error_type, "client_cancelled")
    emulator.delays()


def cancel_after():
    handle = client.submit(MODEL, INPUT)
    handle.get()
    refused(400, handle.cancel)


def bad_key():
    other = fal_client.SyncClient(key="wrong:key")
    refused(401, lambda: other.submit(MODEL, INPUT))
    refused(401, lambda: other.run(MODEL, INPUT))


def bad_input():
    handle = client.submit(MODEL, {"seed": 7})
    error = refused(422, handle.get)
    equal(error.response.json()["detail"][0]["loc"], ["body", "prompt"])
    equal(error.response_headers["x-fal-request-id"], handle.request_id)
    equal(error.response_headers["x-fal-retryable"], "false")


def bad_run():
    error = refused(422, lambda: client.run(MODEL, {}))
    truth(error.response_headers.get("x-fal-request-id"), "request id")


def unknown_app():
    refused(404, lambda: client.submit("fal-ai/no-such-app", INPUT))


def big_seed():
    seed = 15_860_307_465_884_635_512
    equal(client.subscribe(MODEL, {**INPUT, "seed": seed})["seed"], seed)


def start_timeout():
    emulator.delays(queue_ms=LONG)
    before = len(emulator.requests("result"))
    error = refused(504, lambda: client.subscribe(MODEL, INPUT, start_timeout=1.1))
    equal(error.error_type, "request_timeout")
    equal(error.response_headers["x-fal-request-timeout-type"], "user")
    equal(len(emulator.requests("result")) - before, 1)
    emulator.delays()


def client_timeout():
    emulator.delays(queue_ms=LONG)
    try:
        client.subscribe(MODEL, INPUT, client_timeout=1.2, start_timeout=600)
    except fal_client.FalClientTimeoutError as error:
        handle = client.get_handle(MODEL, error.request_id)
        equal(until(handle.status, fal_client.Completed).error_type, "client_cancelled")
    else:
        raise AssertionError("no timeout")
    finally:
        emulator.delays()


def ingress_retry():
    emulator.fault("submit", {"nginx-html": 503}, 2)
    jobs, requests = emulator.jobs(), len(emulator.requests("submit"))
    client.submit(MODEL, INPUT).get()
    equal((emulator.jobs() - jobs, len(emulator.requests("submit")) - requests), (1, 3))


def events():
    emulator.delays(queue_ms=100, run_ms=100)
    kinds = [type(e) for e in client.submit(MODEL, INPUT).iter_events(with_logs=True, interval=0.01)]
    emulator.delays()
    order = [fal_client.Queued, fal_client.InProgress, fal_client.Completed]
    equal(kinds, sorted(kinds, key=order.index))
    equal(kinds[-1], fal_client.Completed)


def streamed():
    last = list(client.stream(MODEL, INPUT))[-1]
    equal(last["seed"], 7)


def upload():
    content = os.urandom(300_000)
    url = client.upload(content, "image/png", file_name="cat.png")
    back, headers = fetch(url)
    equal(hashlib.sha256(back).digest(), hashlib.sha256(content).digest())
    equal(headers["content-type"], "image/png")
    truth(url.endswith(".png"), url)


def same_big(url, content_type):
    back, headers = fetch(url)
    equal((len(back), hashlib.sha256(back).hexdigest()), (len(BIG), hashlib.sha256(BIG).hexdigest()))
    equal(headers["content-type"], content_type)


def multipart():
    same_big(client.upload(BIG, "video/mp4", file_name="film.mp4"), "video/mp4")


def big_file():
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(BIG)
        file.flush()
        same_big(client.upload_file(file.name), "video/mp4")


def fallback_storage():
    content = os.urandom(5000)
    url = client.upload(content, "image/png", repository="fal")
    equal(fetch(url)[0], content)


def uploaded_input():
    url = client.run(SHORT, INPUT)["images"][0]["url"]
    content, headers = fetch(url)
    again = client.upload(content, headers["content-type"])
    output = client.run("fal-ai/flux/dev/image-to-image", {**INPUT, "image_url": again})
    truth(len(fetch(output["images"][0]["url"])[0]) > 50, "a picture from a picture")


async def async_subscribe():
    emulator.delays(queue_ms=150, run_ms=150)
    seen = []
    own = fal_client.AsyncClient(key=KEY)
    output = await own.subscribe(MODEL, INPUT, with_logs=True, on_queue_update=seen.append, interval=0.02)
    equal(output["seed"], 7)
    truth(isinstance(seen[-1], fal_client.Completed), "completed")
    emulator.delays()


async def async_run():
    truth((await fal_client.AsyncClient(key=KEY).run(SHORT, INPUT))["images"], "images")


async def async_handle():
    own = fal_client.AsyncClient(key=KEY)
    handle = await own.submit(MODEL, INPUT)
    kinds = [type(e) async for e in handle.iter_events(interval=0.01)]
    equal(kinds[-1], fal_client.Completed)
    equal((await handle.get())["seed"], 7)
    await arefused(400, handle.cancel())


async def async_errors():
    own = fal_client.AsyncClient(key=KEY)
    handle = await own.submit(MODEL, {})
    error = await arefused(422, handle.get())
    equal(error.response_headers["x-fal-request-id"], handle.request_id)
    await arefused(404, own.status(MODEL, UNKNOWN))


async def async_upload():
    own = fal_client.AsyncClient(key=KEY)
    same_big(await own.upload(BIG, "video/mp4", file_name="film.mp4"), "video/mp4")


check("subscribe shows queue, progress, logs and the result", subscribe)
check("run answers at once, and its file can be had", run)
check("a voice comes back as a sound", voice)
check("a handle by id is the handle of the submit", by_id)
check("status: in the queue, with a position", in_queue)
check("status: in progress, logs only when asked for", in_progress)
check("status: completed, with metrics and logs", completed)
check("a result that is not ready is 400", too_early)
check("an unknown id is 404", unknown)
check("cancel before the end", cancel_before)
check("cancel after the end is 400", cancel_after)
check("a wrong key is 401", bad_key)
check("bad input is 422 at the result, with the request id", bad_input)
check("bad input of run is 422", bad_run)
check("an unknown application is 404 at submit", unknown_app)
check("a seed beyond 2^63 survives", big_seed)
check("a start deadline ends in 504 and no retry", start_timeout)
check("a client deadline cancels the job", client_timeout)
check("ingress faults at submit are retried into one job", ingress_retry)
check("events come in order", events)
check("a streamed run ends with the output", streamed)
check("an upload keeps its bytes", upload)
check("an upload of 105 MiB in parts keeps its bytes", multipart)
check("a file of 105 MiB in parts keeps its bytes", big_file)
check("the fallback storage keeps its bytes", fallback_storage)
check("an uploaded file is an input", uploaded_input)
check("async subscribe", async_subscribe)
check("async run", async_run)
check("async submit, events, result, late cancel", async_handle)
check("async errors", async_errors)
check("async upload of 105 MiB in parts keeps its bytes", async_upload)
