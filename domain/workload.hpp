// What users do: how many there are, which rooms they are in, how often they post, read, search and sign in, and how their
// clients behave when they lose their server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/describe.hpp"
#include "domain/units.hpp"

namespace poolcast {

// One size class of rooms. Membership figures describe the access lists, connected figures describe the load.
struct RoomClass {
  std::string name;
  double users_per_room = 30;
  double rooms_per_user = 12;
  PostRate posts;
  Share open{0};
  Share auditorium{0};
  Share direct_membership{0.5};
  double members_in_list = 30;
  double groups_in_list = 3;
  double managers_per_room = 6;
  double presenters_per_auditorium = 6;
  Share with_invitations{0.5};
  double users_with_access = 30;
  bool operator==(const RoomClass&) const = default;
};
template <Describes<RoomClass> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What rows and reports call this class: small, medium or large.", required);
  visit("users_per_room", self.users_per_room, "Connected users in one room.", required & between(1, 10e6));
  visit("rooms_per_user", self.rooms_per_user, "Rooms of this class that one user follows.", required & between(0, 1000));
  visit("posts", self.posts, "How often somebody posts: `/room/day`, `/user/day`, or `/s` at `reference_users`.",
        required & between(0, 1e6));
  visit("open", self.open, "Share of the rooms that need no membership.", between(0, 1));
  visit("auditorium", self.auditorium, "Share of the rooms in which only presenters post.", between(0, 1));
  visit("direct_membership", self.direct_membership, "Share of the rooms whose members are listed one by one and not by groups.",
        between(0, 1));
  visit("members_in_list", self.members_in_list, "Users in the member list of a room with direct membership.", not_negative);
  visit("groups_in_list", self.groups_in_list, "Groups in the member list of a room with membership by groups.", not_negative);
  visit("managers_per_room", self.managers_per_room, "Managers of one room.", not_negative);
  visit("presenters_per_auditorium", self.presenters_per_auditorium, "Presenters of one auditorium room.", not_negative);
  visit("with_invitations", self.with_invitations, "Share of the rooms that send invitations.", between(0, 1));
  visit("users_with_access", self.users_with_access, "Users who may enter a room that sends invitations.", not_negative);
}

// What a client does when its connection is lost or it is refused. No vendor page gives these figures: assumption O-2, O-3.
struct ClientBehaviour {
  Seconds reset_detection{0};                               // O-2: a killed process resets its connections at once
  SecondsRange silent_detection{Seconds{30}, Seconds{60}};  // O-2: keep-alive when a machine falls silent
  SecondsRange first_wait{Seconds{0}, Seconds{30}};         // O-2
  double backoff_factor = 2;                                // O-2
  SecondsRange backoff{Seconds{15}, Seconds{300}};  // O-2 gives the upper end, 5 min; the first wait after a refusal is ours
  Share jitter{0.5};                                // O-2: ±50 %
  Seconds request_timeout{32};                      // RFC 3261, 17.1.2.2: timer F, 64 times T1 of 500 ms
  std::optional<Seconds> keep_alive;                // O-27
  bool operator==(const ClientBehaviour&) const = default;
};
template <Describes<ClientBehaviour> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("reset_detection", self.reset_detection, "From the loss of a process to the client noticing it.", not_negative);
  visit("silent_detection", self.silent_detection, "From the silence of a machine to the client noticing it.", not_negative);
  visit("first_wait", self.first_wait, "Wait before the first attempt to come back.", not_negative);
  visit("backoff_factor", self.backoff_factor, "Each refusal makes the wait this many times longer.", between(1, 100));
  visit("backoff", self.backoff, "Wait after the first refusal, and the longest wait.", not_negative);
  visit("jitter", self.jitter, "How far a wait may lie above or below its value; 0% lets all clients march in step.",
        between(0, 1));
  visit("request_timeout", self.request_timeout,
        "How long a client waits for the answer of a server that hangs before it takes its session for lost.", positive);
  visit("keep_alive", self.keep_alive,
        "When given, each client pings its Front End pool this often, which takes the pool's processor time; as long as "
        "`silent_detection` is wide.",
        between(1, 86400));
}

// A moment of the day, and what users do then. Between two points straight lines.
struct DayPoint {
  Seconds at{0};
  Share present{1};
  double activity = 1;
  bool operator==(const DayPoint&) const = default;
};
template <Describes<DayPoint> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("at", self.at, "The time since midnight.", required & between(0, 86400));
  visit("present", self.present, "Share of the users who are signed in, or on their way: who came first leaves first.", required);
  visit("activity", self.activity,
        "How many times as often as the workload's rates say those who are present post, open rooms, search and restart.",
        required & between(0, 100));
}

struct Workload {
  std::string name;
  Count users = 80'000;
  Count reference_users = 80'000;
  Count provisioned_users = 0;
  double endpoints_per_user = 1.5;
  Seconds day{8 * 3600};
  std::vector<RoomClass> room_classes;
  std::optional<Seconds> sign_in_window;
  std::vector<DayPoint> day_curve;
  Rate restarts_per_user{0.01 / 3600};
  double open_rooms_at_sign_in = 1.5;
  Rate room_opens_per_user{1.0 / 3600};
  Count history_messages = 30;
  Rate searches_per_user{1.0 / (8 * 3600)};
  double visible_rooms_per_endpoint = 1.5;
  double polled_per_visible_room = 25;
  Seconds poll_interval{300};
  Rate presence_changes_per_user{6.0 / 3600};
  double contacts_per_user = 80;
  double affiliations_per_user = 150;
  Bytes body{400};
  Bytes row{1200};
  Seconds roster_window{2};
  ClientBehaviour client;
  bool operator==(const Workload&) const = default;
};
template <Describes<Workload> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What the workload is called in reports.");
  visit("users", self.users, "Users connected at the peak, over all pools.", between(1, 10e6));
  visit("reference_users", self.reference_users,
        "Users for which post rates in `/s` are given; other numbers of users scale them.", between(1, 10e6));
  visit("provisioned_users", self.provisioned_users, "Users enabled for chat, connected or not; 0 when unknown.", not_negative);
  visit("endpoints_per_user", self.endpoints_per_user, "Clients that one user runs at the same time.", between(1, 10));
  visit("day", self.day, "Working day on which rates per day are spread.", between(60, 86400));
  visit("room_classes", self.room_classes, "Size classes of rooms.", required & between(1, 16));
  visit("sign_in_window", self.sign_in_window,
        "When given, everybody is signed out at the start and signs in within this time, evenly.", between(1, 86400));
  visit("day_curve", self.day_curve,
        "When given, who is present when, and how busy they are, over a day that begins at midnight with the scenario and is "
        "followed by one like it. Without it every moment is alike.",
        between(0, 1000));
  visit("restarts_per_user", self.restarts_per_user, "How often a user signs out and at once in again.", between(0, 1));
  visit("open_rooms_at_sign_in", self.open_rooms_at_sign_in, "Rooms that a client had left open and joins one by one.",
        between(0, 1000));
  visit("room_opens_per_user", self.room_opens_per_user, "How often a user opens a room and reads its history.", between(0, 1));
  visit("history_messages", self.history_messages, "Messages that one history read returns.", between(0, 500));
  visit("searches_per_user", self.searches_per_user, "How often a user searches.", between(0, 1));
  visit("visible_rooms_per_endpoint", self.visible_rooms_per_endpoint,
        "Rooms on the screen of one client; their participants' presence is polled.", between(0, 100));
  visit("polled_per_visible_room", self.polled_per_visible_room, "Participants polled per visible room.", between(0, 10e6));
  visit("poll_interval", self.poll_interval, "Time between two polls.", between(1, 86400));
  visit("presence_changes_per_user", self.presence_changes_per_user, "How often a user's presence changes.", between(0, 1));
  visit("contacts_per_user", self.contacts_per_user, "Contacts of one user.", not_negative);
  visit("affiliations_per_user", self.affiliations_per_user, "Directory groups above one user.", not_negative);
  visit("body", self.body, "Text of one post.", positive);
  visit("row", self.row, "What one post adds to the content database.", positive);
  visit("roster_window", self.roster_window, "Joins and parts within this time reach a recipient as one notice.",
        between(1e-3, 3600));
  visit("client", self.client, "What clients do when they lose their server or are refused.");
}

// The arithmetic that everything else uses, unrounded (the capacity page works so).
double rooms(const Workload& workload, const RoomClass& room_class);        // users × rooms per user / users per room
double posts_per_s(const Workload& workload, const RoomClass& room_class);  // over all rooms of the class
double posts_per_s(const Workload& workload);
double rooms_per_user(const Workload& workload);
double endpoints(const Workload& workload);
double deliveries_per_s(const Workload& workload, const RoomClass& room_class);  // notices to endpoints, sender's echo included
double deliveries_per_s(const Workload& workload);

// Access-control entries of the rooms of a class: what a chat server loads when it starts.
struct AccessEntries {
  double user_members = 0;   // of non-open rooms with direct membership
  double group_members = 0;  // of non-open rooms with membership by groups
  double presenters = 0;     // of auditorium rooms
  double managers = 0;
  double total() const { return user_members + group_members + presenters + managers; }
};
AccessEntries access_entries(const Workload& workload, const RoomClass& room_class);
double access_entries(const Workload& workload);

}  // namespace poolcast
