#include "tests/property/random_system.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <random>
#include <utility>

namespace moshimo {
namespace {

constexpr double hour = 3600;

class Writer {
 public:
  Writer(std::uint64_t seed, double scale) : engine_(seed), scale_(scale) {}

  // ---- chance ----

  double between(double least, double most) {
    return least + (most - least) * (static_cast<double>(engine_() >> 11) * 0x1p-53);
  }
  // More of the small ones.
  double spread(double least, double most) { return least * std::pow(most / least, between(0, 1)); }
  bool chance(double share) { return between(0, 1) < share; }
  int any(int least, int most) { return least + static_cast<int>(between(0, 1) * (most - least + 1)); }
  template <class Value>
  Value one_of(std::initializer_list<Value> values) {
    return *(values.begin() + any(0, static_cast<int>(values.size()) - 1));
  }

  // ---- words ----

  static std::string seconds(double s) { return fmt::format("{:.3f}s", s); }
  std::string rate(double r) const { return fmt::format("{:.6f}/s", r * scale_); }
  std::string amount(double n) const { return fmt::format("{}", std::round(n) * scale_); }
  std::string duration(double least, double most) { return seconds(spread(least, most)); }

  void row(std::string text) { system_ += std::move(text) + '\n'; }
  void line(double at, std::string_view what) { script_ += fmt::format("at {} {}\n", seconds(at), what); }

  double horizon() const { return 10 * hour; }

  // ---- pieces ----

  // A condition that falls and rises a few times.
  std::string condition(std::string_view name, int outages, double shortest = 60, double longest = 3 * hour) {
    std::string text = fmt::format("condition {}", name);
    if (chance(0.3)) text += " falls " + seconds(between(0, 30));
    if (chance(0.5)) text += " rises " + seconds(between(0, 60));
    row(text);
    fall(name, outages, shortest, longest);
    return std::string(name);
  }

  void fall(std::string_view name, int outages, double shortest, double longest) {
    double at = between(0.2, 1.5) * hour;
    for (int i = 0; i < outages; ++i) {
      line(at, fmt::format("{} falls", name));
      at += spread(shortest, longest);
      if (at > horizon() || (i + 1 == outages && chance(0.15))) return;  // for good
      line(at, fmt::format("{} rises", name));
      at += spread(shortest, 2 * hour);
      if (at > horizon()) return;
    }
  }

  std::string schedule() {
    // Where a port is limited, short gaps make a backlog knock in vain thousands of times a second.
    const double shortest = limited_ ? 120 : 5;
    switch (any(0, limited_ ? 2 : 4)) {
      case 0: return seconds(between(shortest, 600));
      case 1: return "exponential 1s.." + seconds(between(shortest, 600));
      case 2:
        return fmt::format("{} x exponential {}..{}", any(5, 12), seconds(between(1, 10)), seconds(between(120, 900)));
      case 3: return fmt::format("3 x 0s then 2 x 1s then 10 x exponential 1s..20s then {} x 20s", any(10, 1000));
      default: return fmt::format("{} x linear {}..{}", any(3, 30), seconds(between(1, 60)), seconds(between(60, 300)));
    }
  }

  std::string retry() { return fmt::format("\n  retry {} limit {}", schedule(), duration(0.1 * hour, 6 * hour)); }
  std::string store() { return fmt::format("\n  store kept {}", duration(0.2 * hour, 20 * hour)); }
  std::string buffer() {
    return fmt::format("\n  buffer holds {} overflow {}", amount(spread(50, 5000)),
                       one_of<std::string_view>({"next", "drop_newest", "drop_oldest"}));
  }

  // Some way, or none, to keep what cannot be delivered.
  std::string fallbacks() {
    switch (any(0, 6)) {
      case 0: return "";
      case 1: return retry();
      case 2: return store();
      case 3: return retry() + store();
      case 4: return buffer() + retry();
      case 5: return retry() + store() + " by-action";
      default: return retry() + buffer() + (chance(0.5) ? " since-entry" : "");
    }
  }

  std::string profile(double r) {
    std::string text = rate(r);
    const int steps = chance(0.5) ? 0 : any(1, 3);
    double at = 0;
    for (int i = 0; i < steps; ++i) {
      at += between(0.5, 2) * hour;
      text += fmt::format(" {}:{}", seconds(at), rate(r * between(0, 1.2)));
    }
    if (steps > 0 && chance(0.5)) text += " every " + seconds(at + between(0.5, 2) * hour);
    return text;
  }

  // ---- families ----

  void chain() {
    const int length = any(2, 4);
    std::string from = profile(between(0.2, 1));
    for (int i = 0; i < length; ++i) {
      condition(fmt::format("c{}", i), any(0, 2));
      const bool last = i + 1 == length;
      if (!last) row(fmt::format("port p{}", i));
      const std::string ratio = i > 0 && chance(0.4) ? fmt::format(" ratio {:.3f}", between(0.2, 2)) : "";
      row(fmt::format("hop h{} from {} to {} needs c{}:{}{}{}", i, from, last ? "outside" : fmt::format("p{}", i), i,
                      one_of<std::string_view>({"denied", "unavailable"}), ratio, fallbacks()));
      from = fmt::format("p{}", i);
    }
  }

  void fan_out() {
    condition("source", any(0, 2));
    row("port hub");
    row(fmt::format("hop in from {} to hub needs source{}", profile(between(0.2, 1)), fallbacks()));
    for (int i = 0; i < 3; ++i) {
      condition(fmt::format("c{}", i), any(0, 2));
      row(fmt::format("hop out{} from hub to outside needs c{}:denied ratio {:.3f}{}", i, i, between(0.3, 1.5),
                      fallbacks()));
    }
  }

  void fan_in() {
    limited_ = true;
    condition("target", any(0, 2), 60, hour);
    const double one = between(0.3, 1);
    const double two = between(0.3, 1);
    const double three = between(0.1, 0.5);
    const double busy = chance(0.3) ? between(0.6, 0.95) : between(1.05, 2.5);
    row(fmt::format("port api capacity {} needs target", rate((one + two + three) * busy)));
    condition("a", any(0, 2));
    condition("b", any(0, 2));
    row(fmt::format("hop one from {} to api needs a:denied{}", rate(one), fallbacks()));
    row(fmt::format("hop two from {} to api needs b:denied{}", rate(two), fallbacks()));
    row(fmt::format("hop three from {} to api ordered\n  store kept {}", rate(three), duration(2 * hour, 20 * hour)));
    row(fmt::format("hop next from api to outside{}", fallbacks()));
  }

  void queue() {
    condition("role", any(1, 2));
    condition("writer", any(0, 1));
    const double r = between(0.3, 1);
    row("port queue");
    row(fmt::format("hop send from {} to queue needs writer:denied{}", profile(r), fallbacks()));
    const bool too_slow = chance(0.3);  // for what comes: the oldest are too old one day
    const double speed = too_slow ? between(0.3, 0.95) : between(1.1, 3);
    const std::string kept = too_slow ? duration(0.2 * hour, 4 * hour) : duration(0.5 * hour, 20 * hour);
    row(fmt::format("hop receive from queue to outside needs role:denied ordered drain {}\n  store kept {}",
                    rate(r * speed), kept));
  }

  void classes() {
    condition("role", any(1, 3));
    condition("net", any(1, 3));
    condition("key", any(1, 2));
    condition("dead", chance(0.5) ? any(0, 1) : 0);
    const auto on = [&] {
      return chance(0.4) ? std::string()
                         : std::string(" on ") + one_of<const char*>({"unavailable", "denied,unavailable", "key,denied",
                                                                      "unavailable,key", "key"});
    };
    std::string kept;
    const int places = any(1, 3);
    for (int i = 0; i < places; ++i) {
      switch (any(0, 3)) {
        case 0: kept += retry() + on(); break;
        case 1: kept += store() + (chance(0.5) ? " accepts dead" : "") + on(); break;
        case 2: kept += store() + " by-action" + on(); break;
        default: kept += retry() + " since-entry" + on(); break;
      }
    }
    row(fmt::format("hop a from {} to outside needs role:denied,net:unavailable,key:key{}", profile(between(0.3, 1)),
                    kept));
  }

  void dead_letters() {
    condition("net", any(1, 3));
    condition("letters", chance(0.5) ? any(0, 2) : 0);
    condition("reader", any(0, 2));
    row("port dead needs letters:denied");
    row("port last");
    row(fmt::format("hop a from {} to outside needs net{}\n  hand-on dead{}", profile(between(0.3, 1)), retry(),
                    chance(0.5) ? store() : ""));
    row(fmt::format("hop b from dead to outside needs reader:denied ordered\n  store kept {}\n  hand-on last",
                    duration(0.2 * hour, 4 * hour)));
    row(fmt::format("hop c from last to outside needs reader:denied{}", fallbacks()));
  }

  void buffers() {
    limited_ = true;
    condition("net", any(1, 3));
    const double r = between(0.3, 1);
    row(fmt::format("hop a from {} to outside needs net{} drain {}{}{}", profile(r),
                    chance(0.3) ? " pauses " + seconds(between(10, 300)) : "", rate(r * between(1.2, 4)), buffer(),
                    chance(0.5) ? store() : ""));
    row("port app");
    condition("sink", any(1, 2));
    row(fmt::format("hop in from {} to app{}", rate(r), fallbacks()));
    row(fmt::format("hop logs from app to outside needs sink ordered drain {}\n  buffer holds {} overflow {}",
                    rate(r * between(1.2, 4)), amount(spread(100, 3000)),
                    one_of<std::string_view>({"block", "drop_oldest", "drop_newest", "next"})));
  }

  void pauses() {
    condition("role", any(1, 4), 120, 2 * hour);
    condition("net", any(0, 2), 120, 2 * hour);
    row(fmt::format("hop a from {} to outside needs role:denied,net:unavailable pauses {}{}", rate(between(0.5, 1)),
                    seconds(between(10, 900)), fallbacks()));
  }

  void releases() {
    limited_ = true;
    condition("role", any(1, 3));
    condition("key", chance(0.5) ? any(0, 2) : 0);
    row("store spare readable key");
    const double r = between(0.3, 1);
    row(fmt::format("port target capacity {}", rate(r * between(1.3, 4))));
    row(fmt::format("hop a from {} to target needs role:denied{}\n  store spare limit {} by-action", rate(r),
                    chance(0.5) ? retry() : "", duration(hour, 20 * hour)));
    if (limited_ && r > 0.65) system_.insert(system_.rfind("by-action") + 9, " misdirects");
    row(fmt::format("hop b from target to outside needs role{}", fallbacks()));
    double at = between(1, 5) * hour;
    const int count = any(1, 2);
    for (int i = 0; i < count; ++i) {
      const bool second = system_.find("retry") < system_.find("store spare limit");
      line(at, fmt::format("release a {} {}", second ? 1 : 0, chance(0.3) ? "unlimited" : rate(r * between(0.3, 3))));
      at += between(0.5, 4) * hour;
    }
  }

  void flapping() {
    condition("net", any(8, 25), 30, 20 * 60);
    row("port p");
    row(fmt::format("hop a from {} to p needs net{}", rate(between(0.3, 1)), chance(0.7) ? retry() : fallbacks()));
    condition("role", any(2, 6), 30, hour);
    row(fmt::format("hop b from p to outside needs role:denied{}", fallbacks()));
  }

  void processes() {
    limited_ = true;
    condition("role", any(1, 2));
    condition("key", any(0, 1));
    condition("db", any(0, 2), 60, hour);
    row(fmt::format("process task count {} {} start role:denied run key:key healthy db:unhealthy starts {} ends {}{}",
                    any(1, 5), chance(0.8) ? "lifetime " + seconds(between(1, 8) * hour) : std::string(),
                    seconds(chance(0.3) ? 0 : between(5, 120)), seconds(between(60, 900)),
                    chance(0.7) ? " restart exponential 10s.." + seconds(between(60, 1200)) : std::string()));
    const double r = between(0.3, 1);
    row(fmt::format("port app by task{}", chance(0.6) ? " capacity " + rate(r * between(1.1, 3)) : std::string()));
    row(fmt::format("hop in from {} to app{}", rate(r), fallbacks()));
    row(fmt::format("hop logs from work {} at app to outside needs role{}", rate(between(0.2, 0.6)), fallbacks()));
    if (chance(0.5)) {  // each worker has what it was handed when it was started
      row("condition session follows role renewed-with task");
    } else {
      row("condition session follows task,role falls " + seconds(between(10, 3000)) + " rises " +
          seconds(between(0, 600)));
    }
    row(fmt::format("hop out from app to outside needs session:denied{}", fallbacks()));
    if (chance(0.5)) line(between(1, 9) * hour, "restart task");
    if (chance(0.3)) line(between(1, 9) * hour, "restart task");
  }

  void impulses() {
    condition("role", any(1, 3));
    condition("store", chance(0.5) ? any(0, 1) : 0);
    row("port vault");
    row(fmt::format("hop backup from timetable every {} first {} to vault needs role:denied ratio {}{}",
                    seconds(between(300, 3600)), seconds(between(0, 3600)), amount(spread(20, 500)), fallbacks()));
    row(fmt::format("hop alarm from signal role to outside needs store ratio {}{}", amount(spread(20, 500)),
                    fallbacks()));
    row(fmt::format("hop copy from vault to outside needs store ratio {:.3f}{}", between(0.5, 2), fallbacks()));
  }

  // Derived conditions of every kind, and a store that is destroyed.
  void derived() {
    condition("role", any(1, 3));
    condition("other", any(0, 2));
    row("condition grant follows role rises repair " + seconds(between(0, 30)));
    row(fmt::format("condition cached follows grant|other falls {} rises {}", seconds(between(0, 900)),
                    seconds(between(0, 900))));
    row("condition window follows role falls " + seconds(between(0.2, 3) * hour) + " rises never");
    row("store vault accepts window:missing readable cached lost-with window");
    row(fmt::format("hop a from {} to outside needs cached:denied{}\n  store vault", rate(between(0.3, 1)),
                    chance(0.5) ? retry() : ""));
    row(fmt::format("hop b from {} to outside needs grant:denied,window:missing{}", rate(between(0.3, 1)),
                    fallbacks()));
    for (int i = any(0, 3); i > 0; --i) line(between(1, 10) * hour, chance(0.8) ? "grant rises" : "grant falls");
  }

  // Queues that are deleted and made again, empty, while data waits in them.
  void made_again() {
    condition("there", any(1, 3));
    condition("reader", any(1, 2));
    condition("role", any(0, 2));
    row("store box kept " + duration(0.5 * hour, 20 * hour) + " accepts there:missing emptied-by there");
    row("port queue needs there:missing");
    row(fmt::format("hop send from {} to queue needs role:denied,there:missing{}", rate(between(0.3, 1)), fallbacks()));
    if (chance(0.5)) {
      row("hop receive from queue to outside ordered needs there:missing,reader:denied\n  store box");
    } else {
      row(fmt::format("hop receive from queue to outside needs reader:denied,there:missing{}\n  store box{}",
                      chance(0.5) ? retry() : "", chance(0.3) ? " by-action" : ""));
    }
  }

  // Queues and dead letters whose time is set while data waits in them: longer, or too short for what is there.
  void settings() {
    condition("role", any(1, 2), 20 * 60, 5 * hour);
    condition("net", any(0, 2));
    const double r = between(0.3, 1);
    const auto limit = [&] { return duration(0.2 * hour, 6 * hour); };
    row(fmt::format("store queue kept {}", limit()));
    row(fmt::format("store letters kept {}{}", limit(), chance(0.3) ? " readable net" : ""));
    row("port in");
    row(fmt::format("hop send from {} to in needs net{}", profile(r), chance(0.5) ? retry() : ""));
    const std::string own = chance(0.3) ? " limit " + limit() : "";
    row(fmt::format(
        "hop receive from in to outside needs role:denied ordered{}\n  store queue{}\n  store letters{} by-action",
        chance(0.7) ? " drain " + rate(r * between(1.1, 3)) : "", own, chance(0.5) ? " since-entry" : ""));
    row(fmt::format("hop direct from {} to outside needs role:denied{}\n  store letters by-action{}",
                    rate(between(0.3, 1)), chance(0.5) ? retry() : "", chance(0.5) ? " since-entry" : ""));
    double at = between(0.5, 4) * hour;
    for (int i = any(1, 3); i > 0; --i) {
      const auto* store = one_of<const char*>({"queue", "letters"});
      line(at, fmt::format("set {} kept {}", store, chance(0.7) ? duration(2 * hour, 20 * hour) : limit()));
      at += between(0.2, 3) * hour;
    }
    const bool second = system_.find("retry", system_.find("hop direct")) != std::string::npos;
    if (chance(0.5)) line(at, fmt::format("release direct {} {}", second ? 1 : 0, rate(r * between(0.5, 3))));
  }

  // Emergency brakes: places that are opened while the hop fails, and a consumer that is stopped and set going again.
  void brakes() {
    condition("role", any(1, 2), 20 * 60, 8 * hour);
    condition("on", any(0, 1));
    row("condition patient false");
    row("condition caught false");
    row(fmt::format("store spare kept {} accepts caught", duration(2 * hour, 20 * hour)));
    row(fmt::format("store queue kept {}", duration(0.5 * hour, 20 * hour)));
    row("port in");
    const std::string longer =
        fmt::format("\n  retry {} limit {} accepts patient", seconds(between(60, 900)), duration(6 * hour, 20 * hour));
    const std::string spare = fmt::format("\n  store spare since-entry by-action");
    row(fmt::format("hop send from {} to outside needs role{}{}{}", profile(between(0.3, 1)), chance(0.7) ? longer : "",
                    chance(0.7) ? retry() : "", spare));
    row(fmt::format("hop drop from {} to outside needs role:denied{}", rate(between(0.3, 1)), spare));
    row(fmt::format("hop feed from {} to in", rate(between(0.3, 1))));
    row("hop receive from in to outside needs on,role:denied ordered\n  store queue");
    double at = between(0.2, 4) * hour;
    line(at, "patient rises");
    at += between(0, 2) * hour;
    line(at, "caught rises");
    at += between(2, 8) * hour;
    if (chance(0.7)) line(at, fmt::format("release drop 0 {}", rate(between(0.5, 3))));
  }

  // Several of the above at once.
  void mixed() {
    limited_ = true;
    condition("role", any(1, 2));
    condition("net", any(0, 2));
    condition("db", any(0, 2), 60, hour);
    row("condition grant follows role falls " + seconds(between(0, 300)) + " rises " + seconds(between(0, 900)));
    row(fmt::format(
        "process task count {} lifetime {} start role:denied healthy db:unhealthy starts 30s ends 600s restart 60s",
        any(1, 4), seconds(between(1, 8) * hour)));
    const double r = between(0.3, 0.8);
    const double other = between(0.2, 0.5);
    row(fmt::format("port app by task capacity {}", rate((r + other) * between(1.1, 2.5))));
    row("port dead needs grant:denied");
    row(fmt::format("hop in from {} to app needs net{}\n  hand-on dead", rate(r), retry()));
    row(fmt::format("hop side from {} to app ordered needs grant:denied\n  store kept {}", rate(other),
                    duration(hour, 20 * hour)));
    row(fmt::format("hop out from app to outside needs grant:denied{}", fallbacks()));
    row(fmt::format("hop letters from dead to outside ordered needs net drain {}\n  store kept {}", rate(r * 3),
                    duration(hour, 20 * hour)));
  }

  std::string take_system() { return std::move(system_); }
  std::string take_script() { return std::move(script_); }

 private:
  std::mt19937_64 engine_;
  double scale_;
  bool limited_ = false;
  std::string system_;
  std::string script_;
};

struct Family {
  std::string_view name;
  void (Writer::*write)();
};

const std::vector<Family>& all_families() {
  static const std::vector<Family> all = {
      {"chain", &Writer::chain},       {"fan-out", &Writer::fan_out},     {"fan-in", &Writer::fan_in},
      {"queue", &Writer::queue},       {"classes", &Writer::classes},     {"dead-letters", &Writer::dead_letters},
      {"buffers", &Writer::buffers},   {"pauses", &Writer::pauses},       {"releases", &Writer::releases},
      {"flapping", &Writer::flapping}, {"processes", &Writer::processes}, {"impulses", &Writer::impulses},
      {"derived", &Writer::derived},   {"mixed", &Writer::mixed},
  };
  return all;
}

RandomCase written_by(const Family& family, std::uint64_t seed, double scale) {
  Writer writer(seed, scale);
  (writer.*family.write)();
  RandomCase random;
  random.family = family.name;
  random.system = writer.take_system();
  random.script = writer.take_script();
  random.horizon = SimTime::after_start(Duration::seconds(writer.horizon()));
  return random;
}

}  // namespace

RandomCase random_case(std::uint64_t seed, double scale) {
  return written_by(all_families()[seed % all_families().size()], seed, scale);
}

RandomCase random_made_again(std::uint64_t seed, double scale) {
  return written_by({"made-again", &Writer::made_again}, seed, scale);
}

RandomCase random_brakes(std::uint64_t seed, double scale) {
  return written_by({"brakes", &Writer::brakes}, seed, scale);
}

RandomCase random_settings(std::uint64_t seed, double scale) {
  return written_by({"settings", &Writer::settings}, seed, scale);
}

const std::vector<std::string_view>& families() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> list;
    for (const Family& family : all_families()) list.push_back(family.name);
    return list;
  }();
  return names;
}

}  // namespace moshimo
