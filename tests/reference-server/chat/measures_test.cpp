// What the chat tells of its own work.
#include <gtest/gtest.h>

#include "tests/reference-server/chat/world.hpp"

namespace poolcast::chat::testing {
namespace {

struct Measures : Watcher {
  void performed(const Performed& one) override {
    name = one.name;
    store_s = one.store_s;
    cpu_s_of_it = one.cpu_s;
  }
  void fanned_out(std::size_t, std::size_t, double, double) override {}
  void roster_sent(std::size_t) override {}
  bool measures_cpu_now() override { return true; }
  double cpu_s() override { return cpu; }
  double cpu = 100;  // processor time so far, which stands still until a test moves it
  std::string name;  // of the last command
  double store_s = -1;
  double cpu_s_of_it = -1;
};

TEST(Measures, of_a_change_of_roles_leave_out_what_is_done_while_its_invitations_are_stored) {
  World world;
  store::Directory people = directory();
  for (store::Category& category : people.categories) category.invitations = true;
  Config config;
  config.domain = "lab.example";
  Measures measures;
  world.chat = std::make_unique<Service>(config, world.port, std::move(people), &measures);
  const SessionId ann_session = world.sign_in("ann");
  world.chat->info(ann_session, 1,
                   R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="1"><cmd id="cmd:setroles" seqid="1"><data>)"
                   "<chanib uri=\"" +
                       uri_of(team) +
                       R"("><role key="member"><add uri="sip:cy@lab.example"/></role></chanib></data></cmd></xccos>)");
  // Somebody else's work, between the change and its invitation.
  world.port.preference(ann, "colour", [&](const Result<std::vector<store::Preference>>&) {
    measures.cpu += 5;
    world.port.steady_s += 2;
  });
  world.port.settle();
  ASSERT_EQ(world.port.invited.size(), 1U);
  EXPECT_EQ(measures.name, "setroles");
  EXPECT_EQ(measures.cpu_s_of_it, 0);
  EXPECT_EQ(measures.store_s, 2);
}

}  // namespace
}  // namespace poolcast::chat::testing
