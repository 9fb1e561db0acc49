#!/usr/bin/python3
"""The three hops of chain.cpp in SimPy (2.3), a message each. Debian's own Python has it: package python3-simpy.

    bench/chain_simpy.py [--rate MESSAGES_PER_SECOND]

Prints, as JSON, what became of the messages and the CPU time the simulation took. A message that gets through at once
costs one event at the source and one at the consumer; only those of the outage are processes that retry.
"""
import argparse
import json
import random
import resource

from SimPy.Simulation import Process, Simulation, hold, passivate

HOUR = 3600.0
HORIZON = 48 * HOUR
OUTAGE = (12 * HOUR, 14 * HOUR)
RETRY_LIMIT = 6 * HOUR
RETENTION = 96 * HOUR


class Chain(Simulation):
    def __init__(self, rate):
        super().__init__()
        self.initialize()
        self.rate = rate
        self.queue = []
        self.first = 0  # of those that wait in the queue
        self.sent = self.late_sent = self.lost = self.consumed = self.late_consumed = 0
        self.random = random.Random(1)
        self.consumer = Consumer(sim=self)
        self.source = Source(sim=self)
        self.activate(self.consumer, self.consumer.run())
        self.activate(self.source, self.source.run())

    def role_works(self):
        return not OUTAGE[0] <= self.now() < OUTAGE[1]

    def forward(self, arrived):
        if self.now() - arrived > 1:
            self.late_sent += 1
        self.queue.append(self.now())
        if self.consumer.idle:
            self.consumer.idle = False
            self.reactivate(self.consumer)


class Source(Process):
    def run(self):
        gap = 1 / self.sim.rate
        while True:
            self.sim.sent += 1
            if self.sim.role_works():
                self.sim.forward(self.sim.now())
            else:
                message = Message(sim=self.sim)
                self.sim.activate(message, message.run())
            yield hold, self, gap


class Message(Process):
    def run(self):
        arrived = self.sim.now()
        gap, offset = 1.0, 0.0
        while offset + gap <= RETRY_LIMIT:
            yield hold, self, arrived + offset + gap * self.sim.random.random() - self.sim.now()
            if self.sim.role_works():
                self.sim.forward(arrived)
                return
            offset += gap
            gap = min(2 * gap, 300.0)
        self.sim.lost += 1


class Consumer(Process):
    idle = True

    def run(self):
        sim = self.sim
        gap = 1 / (1.3 * sim.rate)
        yield passivate, self
        while True:
            while sim.first < len(sim.queue):
                entered = sim.queue[sim.first]
                sim.first += 1
                if sim.first > 100_000:
                    del sim.queue[:sim.first]
                    sim.first = 0
                if sim.now() - entered > RETENTION:
                    sim.lost += 1
                    continue
                sim.consumed += 1
                if sim.now() - entered > 1:
                    sim.late_consumed += 1
                yield hold, self, gap
            self.idle = True
            yield passivate, self


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=100)
    rate = parser.parse_args().rate
    chain = Chain(rate)
    before = resource.getrusage(resource.RUSAGE_SELF)
    chain.simulate(until=HORIZON)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({
        "seconds": seconds, "messages": chain.sent, "late_sent": chain.late_sent, "lost": chain.lost,
        "late_consumed": chain.late_consumed, "waiting": len(chain.queue) - chain.first,
    }))


if __name__ == "__main__":
    main()
