#include <exception>
#include <iostream>

#include "cli/command.hpp"

int main(int count, char** arguments) {
  try {
    return moshimo::cli::run(count, arguments);
  } catch (const moshimo::input::InputError& e) {
    std::cerr << e.what() << '\n';
    return moshimo::cli::wrong_input;
  } catch (const std::exception& e) {
    std::cerr << "moshimo: internal error: " << e.what() << "\nThis is a bug in moshimo; nothing was reported.\n";
    return moshimo::cli::internal_error;
  }
}
