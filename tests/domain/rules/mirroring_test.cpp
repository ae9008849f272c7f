// Who serves the database after what, row by row: SQL Server, "Quorum: How a Witness Affects Database Availability", "Role
// Switching During a Database Mirroring Session", "Database Mirroring Operating Modes".
#include "domain/rules/mirroring.hpp"

#include <gtest/gtest.h>

#include "domain/rules/quorum.hpp"
#include "tests/domain/rules/mirroring_play.hpp"

namespace poolcast::rules {
namespace {

using State = MirroringState;

struct Case {
  std::string_view script;
  char served_by;  // '-' for nobody
  State state;     // of whoever serves, or of the first partner
  std::string_view why;
};

void expect_all(const Session& begin, const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    const Session end = play(begin, each.script);
    EXPECT_EQ(letter_of_who_serves(end), each.served_by) << each.script << ": " << each.why;
    EXPECT_EQ(static_cast<int>(end[who_serves(end).value_or(Member::first)].state), static_cast<int>(each.state))
        << each.script << ": " << each.why;
  }
}

const Session automatic = synchronized_session(true, true);
const Session without_witness = synchronized_session(true, false);
const Session high_performance = synchronized_session(false, false);
const Session high_performance_with_witness = synchronized_session(false, true);

TEST(Mirroring, a_witness_lets_the_mirror_take_over_and_any_two_members_serve_where_one_alone_does_not) {
  expect_all(automatic, {{"wait", 'P', State::synchronized, "full quorum"},
                         {"-P wait", 'M', State::disconnected, "automatic failover, then exposed"},
                         {"-M wait", 'P', State::disconnected, "exposed"},
                         {"-W wait", 'P', State::synchronized, "partner-to-partner quorum"},
                         {"-P -W wait", '-', State::synchronized, "the mirror halts"},
                         {"-M -W wait", '-', State::disconnected, "a principal alone takes its database offline"},
                         {"-P -M wait", '-', State::synchronized, "nothing but a witness"},
                         {"-W wait -P wait", '-', State::synchronized, "without the witness nobody takes over"},
                         {"-W wait -M wait", '-', State::disconnected, "the next loss of a partner stops the database"},
                         {"-M wait -P wait", '-', State::disconnected, "nothing but a witness"},
                         {"-P wait -W wait", '-', State::synchronized, "the new principal is alone, too"}});
}

TEST(Mirroring, a_lost_link_fails_over_only_when_it_isolates_the_principal) {
  expect_all(automatic, {{"PM| wait", 'P', State::disconnected, "the witness says that the principal is there"},
                         {"PW| wait", 'P', State::synchronized, "partner-to-partner quorum"},
                         {"MW| wait", 'P', State::synchronized, "partner-to-partner quorum"},
                         {"PM| PW| wait", 'M', State::disconnected, "the principal is isolated"},
                         {"PM| MW| wait", 'P', State::disconnected, "the mirror is isolated"},
                         {"PW| MW| wait", 'P', State::synchronized, "the witness is isolated"},
                         {"PM| PW| MW| wait", '-', State::disconnected, "nobody has quorum"},
                         {"MW| wait -P wait", '-', State::synchronized, "no automatic failover without the witness"},
                         {"PW| wait -P wait", 'M', State::disconnected, "mirror and witness agree"},
                         {"PM| wait -P wait", '-', State::disconnected, "the principal had gone on without the mirror"}});
}

TEST(Mirroring, healing_serves_again_in_every_order_but_never_by_the_mirror_first) {
  const Session apart = play(automatic, "PM| PW| MW| wait");
  expect_all(apart, {{"MW wait", '-', State::disconnected, "no automatic failover, data might be lost"},
                     {"PM wait", 'P', State::synchronizing, "the principal serves with the mirror"},
                     {"PW wait", 'P', State::disconnected, "the principal serves exposed"},
                     {"MW wait PM wait", 'P', State::synchronizing, ""},
                     {"MW wait PW wait", 'P', State::disconnected, ""},
                     {"PM wait MW wait", 'P', State::synchronizing, ""},
                     {"PM wait PW wait", 'P', State::synchronizing, ""},
                     {"PW wait MW wait", 'P', State::disconnected, ""},
                     {"PW wait PM wait", 'P', State::synchronizing, ""},
                     {"PM wait sync PW wait MW wait -P wait", 'M', State::disconnected, "automatic failover is back"},
                     {"PW wait MW wait -P wait", '-', State::disconnected, "the mirror lacks what was committed exposed"}});
  expect_all(automatic, {{"-P -W wait +W wait", '-', State::synchronized, "mirror and witness meet again: still nobody"},
                         {"-P -W wait +P wait", 'P', State::synchronizing, "the principal is back"},
                         {"-M -W wait +W wait", 'P', State::disconnected, "exposed with the witness"},
                         {"-M -W wait +M wait", 'P', State::synchronizing, "with the mirror"},
                         {"-P -M wait +M wait", '-', State::synchronized, "a mirror that restarts does not take over"},
                         {"-P -M wait +P wait", 'P', State::disconnected, "exposed with the witness"},
                         {"-P -M -W wait +P wait", '-', State::disconnected, "alone"},
                         {"-P -M -W wait +P +W wait", 'P', State::disconnected, ""},
                         {"-P -M -W wait +W +P wait", 'P', State::disconnected, ""},
                         {"-P -M -W wait +M +W wait", '-', State::synchronized, ""}});
}

TEST(Mirroring, the_old_principal_does_not_serve_until_the_new_one_has_returned) {
  expect_all(automatic,
             {{"-P wait +P wait", 'M', State::synchronizing, "the old principal is the mirror now"},
              {"-P wait +P wait sync -M wait", 'P', State::disconnected, "and takes over once synchronized"},
              {"-P wait +P wait -M wait", '-', State::disconnected, "but not before"},
              {"-P wait -M wait +P wait", '-', State::disconnected, "it learns from the witness that it was passed over"},
              {"-P wait -M wait +P wait +M wait", 'M', State::synchronizing, "the new principal is back"},
              {"PM| PW| wait PW wait", 'M', State::disconnected, "an isolated principal comes back to the witness"},
              {"PM| PW| wait PM wait", 'M', State::synchronizing, "or to its partner"}});
}

TEST(Mirroring, without_a_witness_a_lost_principal_waits_for_an_operator_and_a_lost_mirror_stops_nothing) {
  expect_all(without_witness, {{"-P wait", '-', State::synchronized, "the mirror waits"},
                               {"-M wait", 'P', State::disconnected, "exposed"},
                               {"PM| wait", 'P', State::disconnected, "exposed"},
                               {"-P wait +P wait", 'P', State::synchronizing, ""},
                               {"-P wait force:M wait", 'M', State::disconnected, "forced service"},
                               {"-P wait force:M wait +P wait", 'M', State::suspended, "waits to be resumed"},
                               {"-P wait force:M wait +P wait resume:M", 'M', State::synchronizing, ""},
                               {"PM| force:M wait", 'P', State::disconnected, "not while the mirror still sees the principal"}});
}

TEST(Mirroring, a_force_while_the_old_principal_lives_leaves_two_principals_without_a_witness) {
  const Session split = play(without_witness, "PM| wait force:M wait");
  EXPECT_TRUE(serves(split, Member::first));
  EXPECT_TRUE(serves(split, Member::second));
  const Session healed = play(split, "PM wait");
  EXPECT_EQ(letter_of_who_serves(healed), 'M');
  EXPECT_EQ(healed[Member::first].role, MirroringRole::mirror);
  EXPECT_EQ(healed[Member::first].state, State::suspended);
}

TEST(Mirroring, high_performance_never_fails_over_by_itself_and_a_witness_only_takes_availability) {
  expect_all(high_performance, {{"-P wait", '-', State::synchronized, ""},
                                {"-M wait", 'P', State::disconnected, ""},
                                {"manual opened:M", 'P', State::synchronized, "no manual failover"},
                                {"-P wait force:M wait", 'M', State::disconnected, ""}});
  expect_all(high_performance_with_witness, {{"-P wait", '-', State::synchronized, "no automatic failover"},
                                             {"-M wait", 'P', State::disconnected, ""},
                                             {"-M -W wait", '-', State::disconnected, "quorum is enforced all the same"},
                                             {"-P -W wait force:M wait", '-', State::synchronized, "a force needs the witness"},
                                             {"-P wait force:M wait", 'M', State::disconnected, ""}});
}

TEST(Mirroring, a_witnessed_session_is_forced_only_while_mirror_and_witness_agree_that_the_principal_is_gone) {
  const auto why = [](std::string_view script) { return why_no_forced_service(play(automatic, script), Member::second); };
  EXPECT_EQ(why("wait"), "the mirror is still connected to the principal");
  EXPECT_EQ(why("PM| wait"), "the witness is still connected to the principal");
  EXPECT_EQ(why("-P -W wait"), "a witness is set and the mirror is not connected to it");
  EXPECT_EQ(why("PM| PW| MW| wait MW wait"), "");
  EXPECT_EQ(why("-P wait"), "this partner is the principal");
  // What was committed exposed is lost: the page's own example.
  EXPECT_EQ(letter_of_who_serves(play(automatic, "PM| MW| wait PW| wait MW force:M wait")), 'M');
}

TEST(Mirroring, a_manual_failover_exchanges_roles_once_the_redo_is_done) {
  const Session pending = play(automatic, "manual");
  EXPECT_EQ(letter_of_who_serves(pending), '-');
  EXPECT_EQ(pending[Member::first].state, State::pending_failover);
  expect_all(automatic, {{"manual opened:M", 'M', State::synchronizing, "exchanged"},
                         {"manual opened:M sync", 'M', State::synchronized, "and ready for the next"},
                         {"manual opened:M sync manual opened:P sync", 'P', State::synchronized, "there and back"},
                         {"manual -M wait", 'P', State::disconnected, "called off by the loss of the mirror"},
                         {"manual -P wait", 'M', State::disconnected, "overtaken by an automatic one"},
                         {"-W wait manual opened:M", 'M', State::synchronizing, "needs no witness"},
                         {"-M wait manual", 'P', State::disconnected, "not without a mirror"},
                         {"-M wait +M wait manual", 'P', State::synchronizing, "not before it is synchronized"}});
  EXPECT_EQ(why_no_manual_failover(automatic), "");
  EXPECT_EQ(why_no_manual_failover(play(automatic, "-M wait +M wait")), "the database is not synchronized");
  EXPECT_EQ(why_no_manual_failover(high_performance), "high-performance mode has no manual failover");
}

TEST(Mirroring, a_suspended_session_serves_exposed_until_it_is_resumed_and_survives_a_restart) {
  expect_all(automatic, {{"suspend:P", 'P', State::suspended, ""},
                         {"suspend:P -P wait", '-', State::suspended, "no failover to a mirror that is behind"},
                         {"suspend:P -P wait +P wait", 'P', State::suspended, "persistent"},
                         {"suspend:P resume:P", 'P', State::synchronizing, ""},
                         {"suspend:P resume:P sync", 'P', State::synchronized, ""}});
}

TEST(Mirroring, a_commit_waits_for_a_synchronized_mirror_and_for_nobody_without_one) {
  const auto commit = [](const Session& session, std::string_view script) {
    return acknowledgement(play(session, script), Member::first);
  };
  EXPECT_EQ(commit(automatic, ""), Acknowledgement::with_mirror);
  EXPECT_EQ(commit(automatic, "-M"), Acknowledgement::in_doubt);
  EXPECT_EQ(commit(automatic, "-M wait"), Acknowledgement::with_log);
  EXPECT_EQ(commit(automatic, "-M wait +M"), Acknowledgement::with_log);
  EXPECT_EQ(commit(automatic, "-M wait +M sync"), Acknowledgement::with_mirror);
  EXPECT_EQ(commit(automatic, "PM| PW|"), Acknowledgement::in_doubt);
  EXPECT_EQ(commit(automatic, "PM| PW| P>M"), Acknowledgement::in_doubt);  // the witness has not heard of it
  EXPECT_EQ(commit(automatic, "PM| PW| wait"), Acknowledgement::refused);
  EXPECT_EQ(commit(without_witness, "-M wait"), Acknowledgement::with_log);
  EXPECT_EQ(commit(high_performance, ""), Acknowledgement::with_log);
  EXPECT_TRUE(fails_over_by_itself(automatic));
  EXPECT_FALSE(fails_over_by_itself(play(automatic, "MW| wait")));
  EXPECT_FALSE(fails_over_by_itself(without_witness));
}

TEST(Mirroring, an_interruption_that_nobody_noticed_changes_nothing) { EXPECT_EQ(play(automatic, "PM| PW| PM PW"), automatic); }

}  // namespace
}  // namespace poolcast::rules
