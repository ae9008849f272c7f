// The server that is loaded: an address on this machine, and what it takes to speak to it.
#pragma once

#include <netinet/in.h>

#include <filesystem>
#include <string>

#include "reference-server/loadgen/link.hpp"

namespace poolcast::loadgen {

// What cannot be loaded, read or reached: a sentence for people.
struct Refused {
  std::string why;
};

// `127.0.0.1:5060`, `localhost:5060`, or another address of 127.0.0.0/8. Everything else is refused: this program puts load on
// whatever it is pointed at, and that shall be a server on the same machine. Throws Refused.
sockaddr_in loopback_address(const std::string& text);

// The first line of the file. Throws Refused.
std::string read_password(const std::filesystem::path& file);

// Raises the limit of open files to what the system allows. Throws Refused, with what to do, when that is not enough for so many
// connections.
void allow_connections(std::size_t connections);

}  // namespace poolcast::loadgen
