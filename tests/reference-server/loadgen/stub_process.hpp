// The stub as a process of its own, for tests of what runs its own loop.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace poolcast::loadgen::test {

class StubProcess {
public:
  explicit StubProcess(const std::string& password);
  ~StubProcess();
  StubProcess(const StubProcess&) = delete;
  StubProcess& operator=(const StubProcess&) = delete;
  std::uint16_t port() const { return port_; }

private:
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace poolcast::loadgen::test
