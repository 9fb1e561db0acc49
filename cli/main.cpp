#include <cstdlib>
#include <exception>
#include <iostream>

#include "cli/command.hpp"

int main(int count, char** arguments) {
  try {
    const int status = moshimo::cli::run(count, arguments);
#ifdef NDEBUG
    std::cout.flush();
    std::_Exit(status);  // what is still in memory need not be taken apart
#else
    return status;
#endif
  } catch (const std::exception& e) {
    std::cerr << "moshimo: internal error: " << e.what() << "\nThis is a bug in moshimo; nothing was reported.\n";
    return moshimo::cli::internal_error;
  }
}
