#include "stub_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "stub_server.hpp"

namespace poolcast::loadgen::test {

StubProcess::StubProcess(const std::string& password) {
  StubServer server(password);  // the child inherits its socket, so that it listens before anybody connects
  port_ = server.port();
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("the stub cannot be started");
  if (process_ > 0) return;
  ::alarm(300);  // ends by itself when a test is killed
  while (::getppid() != 1) server.turn(100);
  ::_exit(0);
}

StubProcess::~StubProcess() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace poolcast::loadgen::test
