// Drives the published @fal-ai/client, unchanged, against the emulator at $FAL_BASE_URL.

import { createHash, randomBytes } from "node:crypto";
import { ApiError, ValidationError, createFalClient } from "@fal-ai/client";

const BASE = process.env.FAL_BASE_URL;
const KEY = process.env.FAL_KEY;
const MODEL = "fal-ai/flux/dev";
const SHORT = "fal-ai/fast-sdxl";
const INPUT = { prompt: "a lighthouse", seed: 7, image_size: { width: 64, height: 64 } };
const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const LONG = 3_600_000;
const HOSTS = {
  "queue.fal.run": "queue",
  "fal.run": "run",
  "rest.fal.ai": "rest",
  "rest.alpha.fal.ai": "rest",
};

/** The same path under the emulator's one address. */
function local(url) {
  const { host, pathname, search } = new URL(url);
  return host in HOSTS ? `${BASE}/${HOSTS[host]}${pathname}${search}` : url;
}

function make(credentials) {
  return createFalClient({
    credentials,
    requestMiddleware: async (request) => ({ ...request, url: local(request.url) }),
  });
}

const fal = make(KEY);

async function check(name, body) {
  try {
    await body();
    console.log(`ok - javascript ${name}`);
  } catch (error) {
    const why = `${error?.name}: ${error?.message}`.replace(/\s+/g, " ");
    console.log(`not ok - javascript ${name}: ${why}`);
  }
}

function equal(left, right) {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  if (a !== b) throw new Error(`${a} is not ${b}`);
}

function truth(value, what) {
  if (!value) throw new Error(what);
}

async function control(path, body) {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${BASE}/__emulator/${path}`, init);
  truth(answer.ok, `/__emulator/${path}: ${answer.status}`);
  return answer.json();
}

const delays = (queue_ms = 0, run_ms = 0, queue_ahead = 0) => control("delays", { queue_ms, run_ms, queue_ahead });
const requests = async (route) => (await control("requests")).filter((r) => r.route === route);
const jobs = async () => (await control("stats")).jobs_created;
const digest = (bytes) => createHash("sha256").update(Buffer.from(bytes)).digest("hex");

/** The error of a call that must fail with this HTTP status. */
async function refused(status, call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    truth(error instanceof ApiError, `${error?.name}: ${error?.message}`);
    equal(error.status, status);
    return error;
  }
  throw new Error(`no error but ${JSON.stringify(answer)}`);
}

async function until(requestId, word) {
  for (let n = 0; n < 600; n += 1) {
    const status = await fal.queue.status(MODEL, { requestId, logs: true });
    if (status.status === word) return status;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  throw new Error(`never ${word}`);
}

async function subscribe(mode) {
  await delays(400, 400, 1);
  const seen = [];
  const ids = [];
  const { data, requestId } = await fal.subscribe(MODEL, {
    input: INPUT,
    logs: true,
    mode,
    pollInterval: 20,
    onEnqueue: (id) => ids.push(id),
    onQueueUpdate: (status) => seen.push(status),
  });
  await delays();
  equal(ids, [requestId]);
  equal(data.seed, 7);
  truth(data.images[0].url.startsWith(BASE), "an image on the CDN");
  for (const word of ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]) {
    truth(seen.some((s) => s.status === word), `${word} was never seen`);
  }
  truth(seen.some((s) => s.logs?.length > 0), "log lines");
  truth(seen.some((s) => s.queue_position === 0), "a position");
}

async function submitted(input = INPUT) {
  const { request_id } = await fal.queue.submit(MODEL, { input });
  return request_id;
}

await check("subscribe by polling", () => subscribe("polling"));
await check("subscribe by streaming", () => subscribe("streaming"));
await check("run answers at once, and its file can be had", async () => {
  const { data, requestId } = await fal.run(SHORT, { input: INPUT });
  truth(requestId, "a request id");
  const file = await fetch(data.images[0].url);
  equal(file.headers.get("content-type"), data.images[0].content_type);
  truth((await file.arrayBuffer()).byteLength > 50, "a picture");
});
await check("submit answers id, position and addresses", async () => {
  await delays(LONG, 0, 2);
  const answer = await fal.queue.submit(MODEL, { input: INPUT, priority: "low" });
  await delays();
  equal([answer.status, answer.queue_position], ["IN_QUEUE", 2]);
  truth(answer.response_url.endsWith(`/fal-ai/flux/requests/${answer.request_id}`), answer.response_url);
  const sent = (await requests("submit")).at(-1).headers;
  equal(sent.find(([name]) => name === "x-fal-queue-priority")[1], "low");
  await fal.queue.cancel(MODEL, { requestId: answer.request_id });
});
await check("status in the queue", async () => {
  await delays(LONG, 0, 3);
  const requestId = await submitted();
  const status = await fal.queue.status(MODEL, { requestId });
  await delays();
  equal([status.status, status.queue_position], ["IN_QUEUE", 3]);
  await fal.queue.cancel(MODEL, { requestId });
});
await check("status in progress", async () => {
  await delays(0, LONG);
  const requestId = await submitted();
  const status = await until(requestId, "IN_PROGRESS");
  truth(Array.isArray(status.logs), "logs are a list when asked for");
  equal((await fal.queue.status(MODEL, { requestId })).logs, null);
  await fal.queue.cancel(MODEL, { requestId });
  await delays();
});
await check("status completed, then the result", async () => {
  const requestId = await submitted();
  const status = await until(requestId, "COMPLETED");
  truth(status.metrics.inference_time >= 0, "inference time");
  const result = await fal.queue.result(MODEL, { requestId });
  equal([result.requestId, result.data.seed], [requestId, 7]);
});
await check("a result that is not ready is 400", async () => {
  await delays(LONG);
  const requestId = await submitted();
  const error = await refused(400, () => fal.queue.result(MODEL, { requestId }));
  equal(error.body, { detail: "Request is still in progress" });
  await fal.queue.cancel(MODEL, { requestId });
  await delays();
});
await check("an unknown id is 404", async () => {
  const error = await refused(404, () => fal.queue.status(MODEL, { requestId: UNKNOWN }));
  equal(error.body, { status: "NOT_FOUND" });
  await refused(404, () => fal.queue.result(MODEL, { requestId: UNKNOWN }));
});
await check("cancel before the end", async () => {
  await delays(LONG);
  const requestId = await submitted();
  await fal.queue.cancel(MODEL, { requestId });
  equal((await until(requestId, "COMPLETED")).error_type, "client_cancelled");
  await refused(499, () => fal.queue.result(MODEL, { requestId }));
  await delays();
});
await check("cancel after the end is 400", async () => {
  const requestId = await submitted();
  await until(requestId, "COMPLETED");
  const error = await refused(400, () => fal.queue.cancel(MODEL, { requestId }));
  equal(error.body, { status: "ALREADY_COMPLETED" });
});
await check("no key is 401", async () => {
  delete process.env.FAL_KEY;
  const error = await refused(401, () => make(undefined).queue.submit(MODEL, { input: INPUT }));
  truth(error.body.detail.includes("fal-ai/flux"), error.body.detail);
  process.env.FAL_KEY = KEY;
});
await check("a wrong key is 401", () => refused(401, () => make("wrong:key").run(MODEL, { input: INPUT })));
await check("bad input is 422 at the result", async () => {
  const requestId = await submitted({ seed: 7 });
  await until(requestId, "COMPLETED");
  const error = await refused(422, () => fal.queue.result(MODEL, { requestId }));
  truth(error instanceof ValidationError, "a validation error");
  equal(error.getFieldErrors("prompt").length, 1);
  equal(error.requestId, requestId);
});
await check("a start deadline is the user's and not retried", async () => {
  await delays(LONG);
  const before = (await requests("result")).length;
  const { request_id } = await fal.queue.submit(MODEL, { input: INPUT, startTimeout: 1.1 });
  await until(request_id, "COMPLETED");
  const error = await refused(504, () => fal.queue.result(MODEL, { requestId: request_id }));
  truth(error.isUserTimeout, "the user's own timeout");
  equal((await requests("result")).length - before, 1);
  await delays();
});
await check("an ingress fault at submit is retried into one job", async () => {
  await control("faults", { route: "submit", fault: { "nginx-html": 503 }, times: 1 });
  const [before, asked] = [await jobs(), (await requests("submit")).length];
  await submitted();
  equal([(await jobs()) - before, (await requests("submit")).length - asked], [1, 2]);
});
await check("the status stream ends with completed", async () => {
  await delays(100, 100);
  const requestId = await submitted();
  const stream = await fal.queue.streamStatus(MODEL, { requestId, logs: true });
  const words = [];
  for await (const status of stream) words.push(status.status);
  await delays();
  equal(words.at(-1), "COMPLETED");
  equal(words.filter((w) => w === "COMPLETED").length, 1);
});
await check("a streamed run ends with the output", async () => {
  const stream = await fal.stream(MODEL, { input: INPUT });
  equal((await stream.done()).seed, 7);
});
await check("an upload keeps its bytes", async () => {
  const content = randomBytes(300_000);
  const url = await fal.storage.upload(new File([content], "cat.png", { type: "image/png" }));
  const back = await fetch(url);
  equal(digest(await back.arrayBuffer()), digest(content));
  equal(back.headers.get("content-type"), "image/png");
});
await check("an upload of 105 MiB in parts keeps its bytes", async () => {
  const content = Buffer.alloc(105 << 20, randomBytes(1 << 20));
  const url = await fal.storage.upload(new File([content], "film.mp4", { type: "video/mp4" }));
  const back = await (await fetch(url)).arrayBuffer();
  equal([back.byteLength, digest(back)], [content.length, digest(content)]);
});
await check("a file in the input is uploaded on the way", async () => {
  const { data } = await fal.run(SHORT, { input: INPUT });
  const picture = await (await fetch(data.images[0].url)).blob();
  const again = await fal.run("fal-ai/flux/dev/image-to-image", { input: { ...INPUT, image_url: picture } });
  truth(again.data.images[0].url.startsWith(BASE), "a picture from a picture");
});
process.exit(0);
