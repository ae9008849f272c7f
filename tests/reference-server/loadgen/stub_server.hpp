// A server of a few rooms, in the same thread as the clients under test: it answers the sequence, keeps nothing, and can be told
// to misbehave. Test-only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/loadgen/message.hpp"

namespace poolcast::loadgen::test {

class StubServer {
public:
  explicit StubServer(std::string password, int port = 0);  // 0: any free port
  ~StubServer();
  StubServer(const StubServer&) = delete;
  StubServer& operator=(const StubServer&) = delete;

  std::uint16_t port() const { return port_; }
  void turn(int wait_ms = 0);  // whatever is ready now

  void drop_everybody();  // resets all connections
  void forget_dialogs();  // answers 481 to what is said in dialogs that were begun before
  void refuse_posts(int count, int status = 503) {
    posts_to_refuse_ = count;
    refusal_ = status;
  }
  void refuse_registrations(int count) { registrations_to_refuse_ = count; }
  void split_writes(std::size_t bytes) { most_written_ = bytes; }  // so that messages arrive in pieces

  int connections() const { return static_cast<int>(connections_.size()); }
  const std::vector<std::string>& commands() const { return commands_; }  // ids, in the order they came
  const std::vector<std::string>& stored() const { return stored_; }      // message ids of posts, in the order they came
  const std::set<std::string>& registered() const { return registered_; }
  int answered() const { return answered_; }  // INFOs of ours that a client answered
  const std::set<std::string>& signed_out() const { return signed_out_; }

private:
  struct Connection {
    int socket = -1;
    std::string in, out;
    std::string user, ends, contact;  // the chat dialog's, as INFOs to the client need them
    bool is_authenticated = false;
    std::set<std::string> rooms;
    std::uint32_t cseq = 0;
    int epoch = 0;
  };
  void accept_all();
  bool serve(Connection& connection);  // false: it is to be closed
  void answer(Connection& connection, const Message& message, std::string_view start_line);
  void handle_register(Connection& connection, const Message& message, const std::string& text);
  void handle_info(Connection& connection, const Message& message);
  void handle_command(Connection& connection, const Message& message, std::string_view id);
  void handle_post(Connection& connection, const Message& message);
  void respond(Connection& connection, const Message& request, std::string_view status, std::string_view headers = {},
               std::string_view body = {}, bool tagged = false);
  void send_info(Connection& connection, std::string_view body);
  void write(Connection& connection);

  std::string password_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::map<int, std::unique_ptr<Connection>> connections_;
  std::vector<std::string> commands_, stored_;
  std::set<std::string> registered_, signed_out_;
  std::map<std::string, std::vector<std::string>> history_;  // by room: what was posted
  int posts_to_refuse_ = 0, refusal_ = 503, registrations_to_refuse_ = 0, answered_ = 0, epoch_ = 0;
  std::size_t most_written_ = std::size_t{1} << 20;
};

}  // namespace poolcast::loadgen::test
