// What a service keeps goes with it, although somebody makes it again under its old name.
#include <catch2/catch.hpp>

#include "tests/unit/models/aws/small_world.hpp"

namespace moshimo::models {
namespace {

TEST_CASE("a queue and a stream that are deleted and made again are empty") {
  // The role is away from 0 s; what came in 4 s before that is known waits. Deleted at 30 min, made again at 1 h.
  const SmallWorld world = run(R"(
resources:
  role: { type: iam:role }
  queue: { type: sqs:queue }
  stream: { type: kinesis:stream }
  reader: { type: lambda:function, role: role }
  from-queue: { type: lambda:event-source-mapping, source: queue, function: reader }
  from-stream: { type: lambda:event-source-mapping, source: stream, function: reader }
traffic: [{ to: queue, rate: 1/s }, { to: stream, rate: 1/s }]
)",
                               {{"delete", "role", {}, Duration::hours(2)},
                                {"delete", "queue", Duration::minutes(30), Duration::hours(1)},
                                {"delete", "stream", Duration::minutes(30), Duration::hours(1)}},
                               Duration::hours(4));
  CHECK(world.ledger("from-queue/poll-queue").lost == Approx(1800 - 4).margin(1));
  CHECK(world.ledger("from-stream/poll-stream").lost == Approx(1800 - 4).margin(1));
}

}  // namespace
}  // namespace moshimo::models
