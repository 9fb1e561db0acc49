#include <cstdlib>
#include <exception>
#include <iostream>

#include "cli/command.hpp"

// Read by jemalloc. A large inventory fills a gigabyte, and a quarter of its run is the kernel handing that out in
// pages of 4 KB; with this it hands out huge ones where it does so on request.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always";
}

int main(int count, char** arguments) {
  try {
    const int status = moshimo::cli::run(count, arguments);
#ifdef NDEBUG
    std::cout.flush();
    std::_Exit(status);  // what is still in memory need not be taken apart
#else
    return status;
#endif
  } catch (const moshimo::input::InputError& e) {
    std::cerr << e.what() << '\n';
    return moshimo::cli::wrong_input;
  } catch (const std::exception& e) {
    std::cerr << "moshimo: internal error: " << e.what() << "\nThis is a bug in moshimo; nothing was reported.\n";
    return moshimo::cli::internal_error;
  }
}
