// How much memory a run takes, whatever it is asked for.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// The most that the program took, in KiB.
long most_memory(const char* trials) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    // The address sanitizer, where it is built in, otherwise keeps what was given back.
    setenv("ASAN_OPTIONS", "quarantine_size_mb=0:thread_local_quarantine_size_kb=0", 1);
    execl(MOSHIMO_BINARY_DIR "/moshimo", "moshimo", "run",
          MOSHIMO_SOURCE_DIR "/tests/cases/outputs/outage.scenario.yaml", "--trials", trials, "--threads", "1",
          static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  rusage used = {};
  wait4(child, &status, 0, &used);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  return used.ru_maxrss;
}

}  // namespace

// Counts have a bucket for each 1/128 of a power of two that was met: some hundred KiB. A number kept for each of
// 19,500 further trials and six figures would be another MiB, and a trial that leaves 256 bytes behind another five.
TEST_CASE("forty times as many trials take no more memory", "[cli][trials]") {
  const long few = most_memory("500");
  const long many = most_memory("20000");
  INFO(few << " KiB and " << many << " KiB");
  CHECK(many < few + 2048);
}
