// Database mirroring as a protocol: two partners and an optional witness, what each believes, and what it does when something
// happens. Pure: an event goes in, the next session comes out; time-outs are events, and whoever drives the session keeps the
// clock. Sources: SQL Server, "Database Mirroring Operating Modes", "Quorum: How a Witness Affects Database Availability",
// "Role Switching During a Database Mirroring Session", "Mirroring States". Who has quorum and who serves: quorum.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace poolcast::rules {

// The partner that a scenario calls principal is `first`, whatever roles the two have later.
enum class Member : std::uint8_t { first, second, witness };
inline constexpr std::size_t members = 3;
inline constexpr std::array<Member, 2> partners{Member::first, Member::second};
inline constexpr std::array<Member, members> all_members{Member::first, Member::second, Member::witness};

constexpr std::size_t index_of(Member member) { return static_cast<std::size_t>(member); }
constexpr Member partner_of(Member partner) { return partner == Member::first ? Member::second : Member::first; }

enum class MirroringRole : std::uint8_t { principal, mirror };

enum class MirroringState : std::uint8_t { synchronizing, synchronized, suspended, pending_failover, disconnected };

// What one instance knows. A witness has only `up`, `sees` and `ballot`.
struct Instance {
  bool up = true;
  bool open = false;     // principal: its database has been rolled forward and brought online
  bool in_step = false;  // principal: commits wait for the mirror; mirror: it has all that was acknowledged and may take over
  bool forced = false;   // took over by forced service, and its partner has not followed yet
  MirroringRole role = MirroringRole::mirror;
  MirroringState state = MirroringState::disconnected;
  std::array<bool, members> sees{};  // connections that have not timed out yet, whether or not the other is still there
  // Counts failovers, forced services and a principal's decisions to go on without its mirror. Whoever makes one registers it
  // with the witness (if there is one), so that the later decision wins wherever two meet.
  std::uint64_t ballot = 0;
  std::uint64_t hardened = 0;  // log on disk, in whatever unit the driver counts
  // Up to here the partner's log is surely the same: where this one took over. Beyond it the partner's log is discarded.
  std::uint64_t branched_at = std::numeric_limits<std::uint64_t>::max();
  bool operator==(const Instance&) const = default;
};

struct Session {
  bool full_safety = true;  // high-safety mode; without it high-performance
  bool has_witness = true;
  std::array<Instance, members> instances;
  std::array<bool, members> linked{true, true, true};  // the network between two members, by the number of the third one
  bool operator==(const Session&) const = default;

  Instance& operator[](Member member) { return instances[index_of(member)]; }
  const Instance& operator[](Member member) const { return instances[index_of(member)]; }
};

// Synchronized, all members up and connected, `first` is principal and open.
Session synchronized_session(bool full_safety, bool has_witness);

// The network between two members.
constexpr std::size_t link_of(Member a, Member b) { return members - index_of(a) - index_of(b); }

// Whether a message from one reaches the other now, whatever they believe.
bool reachable(const Session& session, Member a, Member b);

struct MirroringEvent {
  enum class Kind : std::uint8_t {
    lose,             // `member` stops
    come_back,        // `member` starts again
    cut,              // the network between `member` and `other`
    heal,             // the same
    time_out,         // `member` gives up on `other`: a time-out, or an error that tells at once; ignored while `other` answers
    caught_up,        // the mirror has all of the principal's log
    opened,           // `member` has redone its log and opened: an instance that took over, or the mirror in a manual failover
    manual_failover,  // an operator at the principal; needs connected partners that are synchronized
    force_service,    // an operator at the mirror
    suspend,          // an operator at the principal
    resume,           // an operator at the principal
    set_up            // an operator made `member` the mirror anew, from a full copy of the principal that holds its `hardened`
  };
  Kind kind = Kind::lose;
  Member member = Member::first;
  Member other = Member::second;
};

// What does not apply (a manual failover without a synchronized mirror) changes nothing.
Session step(Session session, const MirroringEvent& event);

}  // namespace poolcast::rules
