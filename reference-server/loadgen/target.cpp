#include "reference-server/loadgen/target.hpp"

#include <arpa/inet.h>
#include <sys/resource.h>

#include <charconv>
#include <fstream>

namespace poolcast::loadgen {

namespace {

constexpr std::size_t files_beside_connections = 64;

}  // namespace

sockaddr_in loopback_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const bool has_port = colon != std::string::npos && std::from_chars(text.data() + colon + 1, end, port).ptr == end && port > 0;
  if (!has_port) throw Refused{"--server: found " + text + "; expected an address and a port, such as 127.0.0.1:5060"};
  const std::string host = text.substr(0, colon);
  address.sin_port = htons(port);
  if (host == "localhost") {
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  constexpr std::uint32_t loopback_network = 127;
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 || ntohl(address.sin_addr.s_addr) >> 24 != loopback_network)
    throw Refused{"--server: " + host +
                  " is not a loopback address; only a server on this machine is loaded (127.0.0.1 or localhost)"};
  return address;
}

std::string read_password(const std::filesystem::path& file) {
  std::ifstream lines(file);
  std::string password;
  if (!std::getline(lines, password) || password.empty())
    throw Refused{file.string() + ": cannot be read; expected a file whose first line is the password of all users"};
  return password;
}

void allow_connections(std::size_t connections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t needed = connections + files_beside_connections;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) return;
  throw Refused{std::to_string(connections) + " connections need " + std::to_string(needed) + " open files and the limit is " +
                std::to_string(limit.rlim_cur) + "; raise it (ulimit -Hn, LimitNOFILE) or take fewer users"};
}

}  // namespace poolcast::loadgen
