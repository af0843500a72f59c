"""The everyday uses of NATS through nats-py; prints a line for each that works.

`smoke.py URL` fails at the first that doesn't. Same order as the Rust and Node programs.
"""

import asyncio
import sys

import nats
from nats.errors import NoRespondersError, TimeoutError

JOBS = 100


async def silent(subscription):
    try:
        message = await subscription.next_msg(timeout=0.2)
    except TimeoutError:
        return
    raise AssertionError(f"an unexpected message: {message}")


async def publish_and_subscribe(client):
    wild = await client.subscribe("orders.*.new")
    tail = await client.subscribe("orders.>")
    await client.publish("orders.eu.new", b"one")
    await client.publish("orders.eu.old", b"two")
    await client.flush()
    assert (await wild.next_msg(timeout=5)).data == b"one"
    assert (await tail.next_msg(timeout=5)).data == b"one"
    assert (await tail.next_msg(timeout=5)).subject == "orders.eu.old"
    await silent(wild)
    await wild.unsubscribe()
    await client.publish("orders.eu.new", b"three")
    assert (await tail.next_msg(timeout=5)).data == b"three"


async def queue_group(client):
    counts = [0, 0]

    def member(number):
        async def count(_message):
            counts[number] += 1

        return count

    for number in range(2):
        await client.subscribe("jobs", queue="workers", cb=member(number))
    for job in range(JOBS):
        await client.publish("jobs", str(job).encode())
    await client.flush()
    await asyncio.sleep(0.3)
    assert sum(counts) == JOBS and all(counts), counts


async def request_and_reply(client):
    async def answer(message):
        await message.respond(b"noon")

    await client.subscribe("time", cb=answer)
    assert (await client.request("time", b"now?", timeout=5)).data == b"noon"


async def headers(client):
    subscription = await client.subscribe("with.headers")
    await client.publish("with.headers", b"x", headers={"Colour": "red"})
    message = await subscription.next_msg(timeout=5)
    assert message.headers["Colour"] == "red", message.headers


async def no_responders(client):
    try:
        await client.request("nobody.home", b"?", timeout=5)
    except NoRespondersError:
        return
    raise AssertionError("somebody answered")


async def large_payload(client):
    payload = b"x" * client.max_payload
    subscription = await client.subscribe("large")
    await client.publish("large", payload)
    assert (await subscription.next_msg(timeout=5)).data == payload


async def main(url):
    client = await nats.connect(url)
    for use in (
        publish_and_subscribe,
        queue_group,
        request_and_reply,
        headers,
        no_responders,
        large_payload,
    ):
        await use(client)
        print("ok", use.__name__.replace("_", " "))
    await client.drain()


asyncio.run(asyncio.wait_for(main(sys.argv[1]), timeout=60))
