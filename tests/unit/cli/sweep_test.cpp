// `moshimo sweep` as it is called: what it draws, what it writes as CSV, what it refuses.
#include <algorithm>
#include <catch2/catch.hpp>

#include "report/layout.hpp"
#include "tests/unit/support/command.hpp"

using namespace moshimo;

namespace {

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  for (const std::string& line : lines_of(text)) most = std::max(most, report::display_width(line));
  return most;
}

}  // namespace

TEST_CASE("a sweep keeps within its columns, and within ASCII where that is asked for", "[cli][sweep]") {
  const std::vector<const char*> curve = {"sweep", "state-key-mixup", "--vary", "detect=5m..29d", "--points", "8"};
  const std::vector<const char*> surface = {"sweep",  "state-key-mixup", "--vary",   "detect=5m..29d",
                                            "--vary", "responders=1..2", "--points", "5"};
  for (const std::vector<const char*>& words : {curve, surface}) {
    for (const char* width : {"80", "120"}) {
      std::vector<const char*> all = words;
      all.insert(all.end(), {"--width", width});
      const Result plain = command(all);
      CHECK(plain.status == 0);
      CHECK(widest(plain.out) <= static_cast<std::size_t>(std::stoi(width)));
      all.push_back("--ascii");
      const Result ascii = command(all);
      CHECK(
          std::all_of(ascii.out.begin(), ascii.out.end(), [](char c) { return static_cast<unsigned char>(c) < 128; }));
    }
  }
}

TEST_CASE("values stand in a table whatever the name of what is varied, and to the minute", "[cli][sweep]") {
  const Result r = command({"sweep", "state-key-mixup", "--vary", "order-stream.retention=1d,26h58m,7d"});
  CHECK(r.status == 0);
  CHECK(r.out.find("        value  ") != std::string::npos);
  CHECK(r.out.find("1 d 2 h 58 min  ") != std::string::npos);
  CHECK(r.out.find("The same in all of them: 0 still failing.") != std::string::npos);
  CHECK(r.out.find("lost at 1 d, and as much at 7 d.") != std::string::npos);
}

TEST_CASE("the CSV of a sweep has a line for each value and strategy", "[cli][sweep]") {
  const Result r = command({"sweep", "state-key-mixup", "--vary", "detect=5m,1h,1d", "--format", "csv"});
  CHECK(r.status == 0);
  const std::vector<std::string> lines = lines_of(r.out);
  REQUIRE(lines.size() == 1 + 3 * 3);
  CHECK(lines[0].find("detect_s,strategy,lost,refused,restored_s,") == 0);
  CHECK(lines[0].find(",lost:web/log") != std::string::npos);
  CHECK(lines[1].find("300,none,") == 0);
  const auto cells = [](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  for (const std::string& line : lines) CHECK(cells(line) == cells(lines[0]));
}

TEST_CASE("what a sweep cannot vary is wrong input", "[cli][sweep]") {
  const auto refused = [](const char* vary) {
    const Result r = command({"sweep", "state-key-mixup", "--vary", vary});
    CHECK(r.status == 2);
    CHECK(r.out.empty());
    return r.err;
  };
  CHECK(refused("detect").find("'detect' does not say what takes which values") != std::string::npos);
  CHECK(refused("detct=5m..1d").find("did you mean 'detect'?") != std::string::npos);
  CHECK(refused("detect=1..5").find("takes durations") != std::string::npos);
  CHECK(refused("invoices.retention=5..9").find("retention") != std::string::npos);
  CHECK(refused("web.colour=1..9").find("colour") != std::string::npos);
  CHECK(command({"sweep", "rule-of-a-load-balancer"}).err.find("nothing is varied; add --vary") != std::string::npos);
  CHECK(command({"sweep", "state-key-mixup", "--vary", "detect=1h,2h", "--vary", "responders=1,2", "--vary",
                 "horizon=1d,2d"})
            .err.find("one or two things can be varied at a time") != std::string::npos);
}
