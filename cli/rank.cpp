#include "cli/rank.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

#include "cli/answering.hpp"
#include "report/rank.hpp"

namespace moshimo::cli {
namespace {

constexpr int interrupted = 130;  // as a shell says of what SIGINT ended

volatile std::sig_atomic_t is_asked_to_stop = 0;

// The first time it stops after the deletion under way, the second time at once.
void ask_to_stop(int) {
  is_asked_to_stop = 1;
  std::signal(SIGINT, SIG_DFL);
}

// A bar on the terminal, drawn at most ten times a second, and gone when it is done.
class Progress {
 public:
  explicit Progress(bool is_shown) : is_shown_(is_shown) {}
  ~Progress() {
    if (is_drawn_) std::cerr << "\r\033[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done, std::size_t all) {
    const auto now = std::chrono::steady_clock::now();
    if (done == 0) begun_at_ = now;  // the time before went by without a deletion
    if (!is_shown_ || done == 0 || now - drawn_at_ < std::chrono::milliseconds(100)) return;
    drawn_at_ = now;
    is_drawn_ = true;
    constexpr std::size_t width = 30;
    const std::size_t full = width * done / all;
    const double spent = std::chrono::duration<double>(now - begun_at_).count();
    const double left = spent / static_cast<double>(done) * static_cast<double>(all - done);
    std::cerr << fmt::format("\r\033[K[{}{}] {} of {}, {:.0f} s left; Ctrl-C keeps what is done",
                             std::string(full, '#'), std::string(width - full, '.'), done, all, left)
              << std::flush;
  }

 private:
  bool is_shown_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point begun_at_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_at_ = begun_at_;
};

}  // namespace

Job declare_rank(CLI::App& app) {
  struct Options {
    std::string inventory;
    std::vector<std::string> names;
    std::string sort = "loss";
    std::string horizon = "30d";
    bool pairs = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("inventory", options->inventory, "an inventory file, or `-`")->required();
  app.add_option("names", options->names, "only these principals and keys, by name or ARN");
  app.add_option("--sort", options->sort,
                 "what comes first. loss: what costs most with a response (this unless written). reach: what most "
                 "others need. time: what is the first to lose data if nobody acts")
      ->check(one_of({"loss", "reach", "time"}));
  app.add_flag("--pairs", options->pairs, "also two together, where one is what the other falls back on");
  app.add_option("--horizon", options->horizon, "how far to look ahead (30d)")->check(a_horizon());
  return [options](const Common& common) {
    scenarios::RankOptions how;
    how.horizon = SimTime::after_start(duration_of(options->horizon));
    how.by = options->sort == "reach"  ? scenarios::RankBy::reach
             : options->sort == "time" ? scenarios::RankBy::time
                                       : scenarios::RankBy::loss;
    how.pairs = options->pairs;
    static World world;  // until the program ends: taking a large account apart takes as long as reading it
    world = world_of(options->inventory, options->names, common);
    how.only = world.named;
    static scenarios::Rank rank;
    input::Diagnostics diagnostics;
    is_asked_to_stop = 0;
    const auto before = std::signal(SIGINT, ask_to_stop);
    {
      Progress progress(isatty(STDERR_FILENO) == 1 && !common.quiet);
      how.goes_on = [&progress](std::size_t so_far, std::size_t all) {
        progress.show(so_far, all);
        return is_asked_to_stop == 0;
      };
      rank = scenarios::rank(world.compiled, how, diagnostics);
    }
    std::signal(SIGINT, before);
    diagnostics.throw_if_errors();
    report::RankView view;
    view.compiled = &world.compiled;
    view.rank = &rank;
    view.inventory = options->inventory;
    common.write(report::rank_report(view, common.style()));
    return rank.is_partial ? interrupted : done;
  };
}

}  // namespace moshimo::cli
