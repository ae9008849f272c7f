// What a client on one connection notices.
#include <gtest/gtest.h>

#include "tests/reference-server/sip/client.hpp"

namespace poolcast::sip::testing {
namespace {

class Connected : public ::testing::Test {
protected:
  Settings settings_ = settings();
  FakeHost host_;
  SignInGuard guard_;
  Client alice_{host_, guard_, settings_};
};

TEST_F(Connected, nothing_is_served_before_a_sign_in) {
  for (const char* const method : {"SUBSCRIBE", "INVITE", "INFO", "UPDATE", "BYE", "OPTIONS", "SERVICE", "MESSAGE"})
    EXPECT_EQ(status_of(alice_.request(method, "sip:pool@lab.example", "sip:pool@lab.example")), 403) << method;
  EXPECT_TRUE(host_.opened.empty());
}

TEST_F(Connected, digest_signs_in_with_what_pidgin_sipe_needs) {
  EXPECT_EQ(status_of(alice_.register_with()), 407);
  const std::string answer = alice_.sign_in();
  ASSERT_EQ(status_of(answer), 200);
  EXPECT_EQ(header_of(answer, "Allow-Events"), "vnd-microsoft-provisioning-v2");
  EXPECT_EQ(header_of(answer, "Supported"), "msrtc-event-categories");
  EXPECT_NE(header_of(answer, "Expires"), "0");
  EXPECT_NE(header_of(answer, "Contact").find("gruu="), std::string::npos);
  EXPECT_NE(header_of(answer, "To").find("tag="), std::string::npos);
  EXPECT_EQ(host_.users, std::vector<std::string>{"sip:alice@lab.example"});
}

TEST_F(Connected, a_wrong_password_and_an_unknown_user_get_the_same_answer) {
  const std::string wrong = alice_.sign_in("guess");
  Client nobody(host_, guard_, settings_, "nobody");
  const std::string unknown = nobody.sign_in("guess");
  EXPECT_EQ(status_of(wrong), 403);
  EXPECT_EQ(wrong.substr(0, wrong.find("\r\n")), unknown.substr(0, unknown.find("\r\n")));
}

TEST_F(Connected, a_nonce_is_good_for_one_attempt) {
  alice_.sign_in("guess");
  // The same credentials again, without a new challenge: no second guess on one nonce.
  EXPECT_EQ(
      status_of(alice_.register_with("Proxy-Authorization: Digest username=\"alice@lab.example\", realm=\"lab.example\", "
                                     "nonce=\"x\", uri=\"(null)\", qop=auth, nc=00000001, cnonce=\"1\", response=\"0\"\r\n")),
      407);
}

TEST_F(Connected, guessing_locks_the_account_for_everybody_and_ends_the_connection) {
  for (int i = 0; i < 5; ++i) alice_.sign_in("guess");
  EXPECT_TRUE(host_.closed);
  host_.closed = false;
  Client second(host_, guard_, settings_);
  for (int i = 0; i < 5; ++i) second.sign_in("guess");
  Client third(host_, guard_, settings_);
  EXPECT_EQ(status_of(third.sign_in("secret")), 403) << "locked, though the password is right";
  host_.time_s += 16 * 60;
  Client later(host_, guard_, settings_);
  EXPECT_EQ(status_of(later.sign_in("secret")), 200);
}

TEST_F(Connected, the_identity_is_bound_to_the_connection) {
  alice_.sign_in();
  alice_.pretend = "sip:bob@lab.example";
  EXPECT_EQ(status_of(alice_.request("SUBSCRIBE", "sip:bob@lab.example", "sip:bob@lab.example",
                                     "Event: vnd-microsoft-provisioning-v2\r\n")),
            403);
}

TEST_F(Connected, provisioning_names_the_pool) {
  alice_.sign_in();
  const std::string answer =
      alice_.request("SUBSCRIBE", alice_.from_uri(), alice_.from_uri(), "Event: vnd-microsoft-provisioning-v2\r\nExpires: 0\r\n");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(header_of(answer, "ms-piggyback-cseq"), "1");
  EXPECT_NE(answer.find("<property name=\"DefaultPersistentChatPoolUri\">sip:pool@lab.example</property>"), std::string::npos);
  EXPECT_EQ(status_of(alice_.request("SUBSCRIBE", alice_.from_uri(), alice_.from_uri(), "Event: presence\r\n")), 489);
}

TEST_F(Connected, the_pool_sends_to_a_node_from_exactly_the_address_that_was_invited) {
  alice_.sign_in();
  EXPECT_EQ(status_of(alice_.invite("sip:pool@lab.example", "pool")), 200);
  const std::string answer = alice_.in_dialog("INFO", "<xccos><cmd id=\"cmd:requri\"/></xccos>", "pool");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("From: <sip:pool@lab.example>;tag=" + alice_.to_tag), std::string::npos);
  EXPECT_NE(answer.find("<node/>"), std::string::npos);
  EXPECT_EQ(status_of(alice_.in_dialog("BYE", {}, "pool")), 200);
  EXPECT_EQ(status_of(alice_.in_dialog("INFO", "<x/>", "pool")), 481);
}

TEST_F(Connected, an_info_is_answered_when_the_chat_says_so_and_with_the_requests_own_headers) {
  alice_.sign_in();
  ASSERT_EQ(status_of(alice_.invite("sip:node7@lab.example", "chat")), 200);
  EXPECT_EQ(host_.begun.size(), 1U);
  EXPECT_TRUE(alice_.in_dialog("INFO", "<post/>").empty()) << "a post is answered after its commit";
  ASSERT_EQ(host_.infos.size(), 1U);
  host_.written.clear();
  alice_.endpoint.answer(*host_.dialog, host_.infos[0].ticket, 403, "Only presenters\r\nInjected: yes");
  EXPECT_EQ(status_of(host_.written), 403);
  EXPECT_EQ(header_of(host_.written, "Call-ID"), "chat");
  EXPECT_EQ(header_of(host_.written, "Injected"), "") << "a text cannot start a header";
  host_.written.clear();
  alice_.endpoint.answer(*host_.dialog, host_.infos[0].ticket, 200, {});
  EXPECT_TRUE(host_.written.empty()) << "one request has one final answer";
}

TEST_F(Connected, an_unknown_dialog_is_answered_481) {
  alice_.sign_in();
  EXPECT_EQ(status_of(alice_.in_dialog("INFO", "<x/>", "never")), 481);
  EXPECT_EQ(status_of(alice_.in_dialog("UPDATE", {}, "never")), 481);
}

TEST_F(Connected, a_lost_connection_loses_its_chat_and_a_bye_leaves_it) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  alice_.in_dialog("BYE");
  ASSERT_EQ(host_.ended.size(), 1U);
  EXPECT_TRUE(host_.ended[0].second);
  alice_.invite("sip:node7@lab.example", "chat2");
  alice_.endpoint.lost();
  ASSERT_EQ(host_.ended.size(), 2U);
  EXPECT_FALSE(host_.ended[1].second);
}

TEST_F(Connected, a_second_chat_on_the_same_registration_is_told_apart) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  alice_.invite("sip:node7@lab.example", "chat2");
  ASSERT_EQ(host_.opened.size(), 2U);
  EXPECT_FALSE(host_.opened[0].same_registration);
  EXPECT_TRUE(host_.opened[1].same_registration);
  EXPECT_EQ(host_.opened[0].epid, "9e33288b9e49");
  EXPECT_NE(host_.opened[0].dialog_hash, host_.opened[1].dialog_hash);
}

TEST_F(Connected, pipelined_requests_reach_the_chat_in_order_however_the_bytes_are_cut) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  std::string stream;
  for (int i = 0; i < 5; ++i) {
    const std::string body = "<n" + std::to_string(i) + "/>";
    stream +=
        "INFO sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/tcp h\r\nFrom: "
        "<sip:alice@lab.example>;tag=4996;epid=9e33288b9e49\r\nTo: "
        "<sip:node7@lab.example>;tag=" +
        alice_.to_tag + "\r\nCSeq: " + std::to_string(100 + i) +
        " INFO\r\nCall-ID: chat\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body + "\r\n\r\n";
  }
  std::string waiting;
  proto::SipMessage scratch;
  for (std::size_t at = 0; at < stream.size(); at += 7) {
    waiting += stream.substr(at, 7);
    waiting.erase(0, alice_.endpoint.take(waiting, scratch));
  }
  ASSERT_EQ(host_.infos.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(host_.infos[i].body, "<n" + std::to_string(i) + "/>");
}

TEST_F(Connected, too_many_requests_are_answered_503_and_the_session_stays) {
  settings_.request_burst = 4;  // the INVITE is one
  Client busy(host_, guard_, settings_);
  busy.sign_in();
  busy.invite("sip:node7@lab.example", "chat");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(busy.in_dialog("INFO", "<x/>").empty());
  EXPECT_EQ(status_of(busy.in_dialog("INFO", "<x/>")), 503);
  host_.time_s += 1;
  EXPECT_TRUE(busy.in_dialog("INFO", "<x/>").empty());
}

TEST_F(Connected, a_message_above_the_limit_is_refused_and_ends_the_connection) {
  alice_.sign_in();
  const std::string answer = alice_.say(
      "INFO sip:x SIP/2.0\r\nVia: SIP/2.0/tcp h\r\nFrom: <sip:alice@lab.example>;tag=1\r\nTo: <sip:x@y>\r\n"
      "CSeq: 9 INFO\r\nCall-ID: c\r\nContent-Type: text/plain\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(status_of(answer), 413);
  EXPECT_TRUE(host_.closed);
}

TEST_F(Connected, whoever_does_not_sign_in_or_drips_bytes_is_shed) {
  EXPECT_TRUE(alice_.endpoint.check_deadlines());
  host_.time_s += 31;
  EXPECT_FALSE(alice_.endpoint.check_deadlines());
  FakeHost other;
  Client slow(other, guard_, settings_);
  slow.sign_in();
  slow.say("INFO sip:x SIP/2.0\r\nVia: ");
  other.time_s += 31;
  EXPECT_FALSE(slow.endpoint.check_deadlines());
}

TEST_F(Connected, a_client_that_does_not_answer_loses_its_dialog_and_not_its_connection) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  alice_.endpoint.send_info(*host_.dialog, proto::no_entity);
  host_.time_s += 33;
  EXPECT_TRUE(alice_.endpoint.check_deadlines());
  ASSERT_EQ(host_.ended.size(), 1U);
  EXPECT_EQ(status_of(alice_.in_dialog("INFO", "<x/>")), 481);
}

TEST_F(Connected, a_drained_server_takes_no_new_sessions) {
  alice_.sign_in();
  host_.draining = true;
  EXPECT_EQ(status_of(alice_.invite("sip:node7@lab.example", "chat")), 503);
  Client late(host_, guard_, settings_);
  EXPECT_EQ(status_of(late.register_with()), 503);
}

TEST_F(Connected, signing_out_leaves_the_chat_and_the_user_may_sign_in_again) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  const std::string answer = alice_.register_with("Expires: 0\r\n");
  EXPECT_EQ(status_of(answer), 200);
  ASSERT_EQ(host_.ended.size(), 1U);
  EXPECT_TRUE(host_.ended[0].second);
  EXPECT_EQ(status_of(alice_.sign_in()), 200);
}

TEST_F(Connected, ntlm_asks_in_three_steps_and_never_says_which_part_was_wrong) {
  settings_.scheme = Scheme::ntlm;
  Client ntlm(host_, guard_, settings_);
  const std::string hello = ntlm.register_with();
  EXPECT_EQ(status_of(hello), 401);
  EXPECT_NE(header_of(hello, "WWW-Authenticate").find("NTLM"), std::string::npos);
  const std::string challenge = ntlm.register_with(R"(Authorization: NTLM qop="auth", realm=")" + settings_.ntlm.realm +
                                                   "\", targetname=\"node7.lab.example\", gssapi-data=\"\", version=4\r\n");
  EXPECT_NE(header_of(challenge, "WWW-Authenticate").find("gssapi-data=\"TlRM"), std::string::npos);
  const std::string refused =
      ntlm.register_with(R"(Authorization: NTLM qop="auth", opaque="none", realm=")" + settings_.ntlm.realm +
                         "\", targetname=\"node7.lab.example\", gssapi-data=\"TlRMTVNTUAADAAAA\", version=4\r\n");
  EXPECT_EQ(status_of(refused), 401);
  EXPECT_EQ(header_of(refused, "WWW-Authenticate").find("gssapi-data=\"TlRM"), std::string::npos) << "then the client gives up";
}

TEST_F(Connected, every_request_that_is_answered_here_is_measured_as_what_it_is_part_of) {
  alice_.sign_in();
  for (int i = 0; i < 2; ++i)
    alice_.request("SUBSCRIBE", alice_.from_uri(), alice_.from_uri(), "Event: vnd-microsoft-provisioning-v2\r\n");
  alice_.invite("sip:pool@lab.example", "pool");
  alice_.in_dialog("INFO", "<xccos><cmd id=\"cmd:requri\"/></xccos>", "pool");
  alice_.in_dialog("BYE", {}, "pool");
  alice_.invite("sip:node7@lab.example", "chat");
  alice_.in_dialog("INFO", "<post/>");  // the chat measures that
  alice_.in_dialog("UPDATE");
  alice_.in_dialog("BYE");
  alice_.register_with("Expires: 0\r\n");
  const std::vector<std::pair<Step, int>> expected{{Step::register_user, 407}, {Step::register_user, 200}, {Step::provision, 200},
                                                   {Step::refresh, 200},       {Step::lookup, 200},        {Step::lookup, 200},
                                                   {Step::lookup, 200},        {Step::open_chat, 200},     {Step::refresh, 200},
                                                   {Step::sign_out, 200},      {Step::sign_out, 200}};
  ASSERT_EQ(host_.measured.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(host_.measured[i].step, expected[i].first) << i;
    EXPECT_EQ(host_.measured[i].status, expected[i].second) << i;
    EXPECT_GE(host_.measured[i].cpu_s, 0) << i;
  }
}

TEST_F(Connected, an_address_that_sends_too_much_before_a_sign_in_is_told_so_and_cut) {
  host_.addresses = AddressGuard({.bytes_per_s = 1, .burst_bytes = 600});
  EXPECT_EQ(status_of(alice_.register_with()), 407);
  EXPECT_EQ(status_of(alice_.register_with("X-Padding: " + std::string(400, 'x') + "\r\n")), 503);
  EXPECT_TRUE(host_.closed);
  EXPECT_EQ(host_.refusals, std::vector{TurnedAway::address_bytes});
}

TEST_F(Connected, malformed_requests_and_answers_to_nothing_count_before_a_sign_in) {
  const std::string malformed = "REGISTER sip:lab.example SIP/2.0\r\nCall-ID: c1\r\nContent-Length: 0\r\n\r\n";
  const std::string answer =
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/tcp h\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCSeq: 1 INFO\r\n"
      "Call-ID: c1\r\nContent-Length: 0\r\n\r\n";
  for (const std::string& message : {malformed, answer}) {
    FakeHost host;
    Client stranger(host, guard_, settings_);
    for (unsigned i = 0; i < settings_.messages_before_sign_in; ++i) stranger.say(message);
    EXPECT_FALSE(host.closed) << message;
    EXPECT_TRUE(stranger.say(message).empty());
    EXPECT_TRUE(host.closed) << message;
  }
  for (const std::string& message : {malformed, answer}) {
    FakeHost host;
    host.addresses = AddressGuard({.bytes_per_s = 1, .burst_bytes = 1.5 * static_cast<double>(message.size())});
    Client stranger(host, guard_, settings_);
    stranger.say(message);
    EXPECT_FALSE(host.closed) << message;
    EXPECT_EQ(status_of(stranger.say(message)), message == malformed ? 503 : 0);
    EXPECT_TRUE(host.closed) << message;
    EXPECT_EQ(host.refusals, std::vector{TurnedAway::address_bytes});
  }
}

TEST_F(Connected, malformed_requests_have_the_rate_of_all_others) {
  settings_.request_burst = 3;
  Client careless(host_, guard_, settings_);
  careless.sign_in();
  const std::string malformed = "INFO sip:node7@lab.example SIP/2.0\r\nCall-ID: c1\r\nContent-Length: 0\r\n\r\n";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status_of(careless.say(malformed)), 400) << i;
  EXPECT_EQ(status_of(careless.say(malformed)), 503);
  EXPECT_EQ(host_.refusals, std::vector{TurnedAway::rate});
  EXPECT_EQ(status_of(careless.in_dialog("OPTIONS")), 503) << "and use it up";
}

TEST_F(Connected, an_address_that_guesses_under_many_names_has_to_wait_with_all_of_them) {
  host_.addresses = AddressGuard({.failures = 3});
  for (const char* const name : {"ann", "bo", "cy"}) {
    Client guesser(host_, guard_, settings_, name);
    EXPECT_EQ(status_of(guesser.sign_in("guess")), 403);
  }
  EXPECT_EQ(status_of(alice_.register_with()), 503);
  EXPECT_EQ(host_.refusals, std::vector{TurnedAway::address_failures});
  host_.time_s += 16 * 60;
  EXPECT_EQ(status_of(alice_.sign_in()), 200);
}

TEST_F(Connected, an_envelope_costs_what_is_in_it_and_a_body_what_it_weighs) {
  settings_.request_burst = 21;  // the INVITE is one
  Client busy(host_, guard_, settings_);
  busy.sign_in();
  busy.invite("sip:node7@lab.example", "chat");
  host_.cost = 16;
  EXPECT_TRUE(busy.in_dialog("INFO", "<x/>").empty());
  host_.cost = 1;
  EXPECT_TRUE(busy.in_dialog("INFO", std::string(64 * 1024, 'x')).empty()) << "into debt";
  EXPECT_EQ(status_of(busy.in_dialog("INFO", "<x/>")), 503);
  EXPECT_EQ(host_.refusals, std::vector{TurnedAway::rate});
  host_.time_s += 15.0 / 200;
  EXPECT_TRUE(busy.in_dialog("INFO", "<x/>").empty());
}

TEST_F(Connected, a_dialog_that_is_not_refreshed_any_more_is_lost_when_its_session_timer_runs_out) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  EXPECT_EQ(status_of(alice_.in_dialog("UPDATE")), 200);
  host_.time_s += 1.4 * settings_.session_s;
  EXPECT_TRUE(alice_.endpoint.check_deadlines());
  EXPECT_TRUE(host_.ended.empty()) << "half a session late is not too late";
  EXPECT_EQ(status_of(alice_.in_dialog("UPDATE")), 200);
  host_.time_s += 1.6 * settings_.session_s;
  EXPECT_TRUE(alice_.endpoint.check_deadlines()) << "the connection stays";
  ASSERT_EQ(host_.ended.size(), 1U);
  EXPECT_FALSE(host_.ended[0].second) << "lost, so that it may come back";
  EXPECT_EQ(status_of(alice_.in_dialog("INFO", "<x/>")), 481);
}

TEST_F(Connected, what_the_client_has_not_answered_goes_back_to_the_chat) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  for (std::int64_t number = 1; number <= 4; ++number) alice_.endpoint.send_info(*host_.dialog, proto::no_entity, {7, number});
  alice_.endpoint.send_info(*host_.dialog, proto::no_entity);  // a notice, which nobody misses
  alice_.answer(1, 200);
  alice_.answer(3, 200);  // out of order
  EXPECT_EQ(host_.answered, 2U);
  alice_.answer(4, 481);  // it has no such dialog: that post was not taken
  ASSERT_EQ(host_.ended.size(), 1U);
  EXPECT_EQ(host_.unanswered, (std::vector<Mark>{{7, 2}, {7, 4}}));
}

TEST_F(Connected, a_client_that_always_has_an_info_under_way_costs_no_memory_for_those_it_has_answered) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  alice_.endpoint.send_info(*host_.dialog, proto::no_entity, {7, 1});
  for (int number = 2; number <= 1'000; ++number) {
    alice_.endpoint.send_info(*host_.dialog, proto::no_entity, {7, number});
    alice_.answer(number - 1, 200);
    ASSERT_LE(host_.dialog->marked.size(), 130U);
  }
  EXPECT_EQ(host_.dialog->unanswered_marks(), (std::vector<Mark>{{7, 1'000}}));
}

TEST_F(Connected, a_post_that_the_client_refuses_is_not_sent_again) {
  alice_.sign_in();
  alice_.invite("sip:node7@lab.example", "chat");
  for (std::int64_t number = 1; number <= 3; ++number) alice_.endpoint.send_info(*host_.dialog, proto::no_entity, {7, number});
  alice_.answer(1, 488);
  alice_.answer(2, 200);
  EXPECT_EQ(host_.answered, 1U);
  alice_.endpoint.lost();
  EXPECT_EQ(host_.unanswered, (std::vector<Mark>{{7, 3}}));
}

}  // namespace
}  // namespace poolcast::sip::testing
