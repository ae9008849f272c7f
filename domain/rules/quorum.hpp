// Who has quorum, who serves, what a commit waits for, and which operator's commands are possible. SQL Server, "Quorum: How a
// Witness Affects Database Availability" and "Role Switching During a Database Mirroring Session".
#pragma once

#include <optional>
#include <string_view>

#include "domain/rules/mirroring.hpp"

namespace poolcast::rules {

// By what the member believes: with a witness set, connected to at least one other; without one, always. High-performance mode
// makes no difference, which is why the vendor advises against a witness there.
bool has_quorum(const Session& session, Member member);

// Whether a client that connects to this partner now is served.
bool serves(const Session& session, Member partner);

// The partner that serves; after a forced service in a split session the one that took over last.
std::optional<Member> who_serves(const Session& session);

// Serving without a mirror that keeps up: a loss of the principal now would stop the database, or lose data.
bool exposed(const Session& session);

enum class Acknowledgement {
  refused,     // this partner serves nobody
  with_log,    // once the principal's own log is hardened
  in_doubt,    // waits for a mirror that does not answer: the client cannot know
  with_mirror  // once both logs are hardened
};
Acknowledgement acknowledgement(const Session& session, Member partner);

// Whether log that the principal sends arrives at the mirror and is hardened there.
bool log_flows(const Session& session, Member principal);

// Whether the mirror would take over by itself if the principal were lost now.
bool fails_over_by_itself(const Session& session);

// Why an operator's command is not possible at this moment; empty when it is.
std::string_view why_no_manual_failover(const Session& session);
// The vendor's table says that a session with automatic failover cannot be forced; the text of the same page says that it can,
// while mirror and witness are connected to each other and neither to the principal. The text is taken.
std::string_view why_no_forced_service(const Session& session, Member mirror);

std::string_view why_no_suspension(const Session& session);
std::string_view why_no_resumption(const Session& session);
std::string_view why_no_new_mirror(const Session& session, Member mirror);

}  // namespace poolcast::rules
