// A mirroring session played from a script of words, for tables of cases.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "domain/rules/mirroring.hpp"
#include "domain/rules/quorum.hpp"

namespace poolcast::rules {

using Kind = MirroringEvent::Kind;

// P, M and W: the first partner, which is principal to begin with, the second, and the witness.
inline Member member_named(char letter) {
  return letter == 'P' ? Member::first : (letter == 'M' ? Member::second : Member::witness);
}

// Every time-out that is due expires, and whoever took over rolls forward and opens.
inline Session let_time_pass(Session session) {
  for (int round = 0; round < 2; ++round)
    for (const Member member : all_members)
      for (const Member other : all_members)
        if (member != other) session = step(session, {Kind::time_out, member, other});
  for (const Member member : partners)
    if (session[member].role == MirroringRole::principal && !session[member].open)
      session = step(session, {Kind::opened, member});
  return session;
}

// Words: `-P` loses, `+P` returns, `PM|` cuts the link between the two, `PM` heals it, `wait` lets time pass, `sync` has the
// mirror catch up, `manual`, `force:M`, `opened:M`, `suspend:P`, `resume:P`; `P>M`: P gives up on M.
inline Session play(Session session, std::string_view script) {
  std::istringstream words{std::string(script)};
  for (std::string word; words >> word;) {
    const Member first = member_named(word.front());
    const Member last = member_named(word.back());
    if (word == "wait")
      session = let_time_pass(session);
    else if (word == "sync")
      session = step(session, {Kind::caught_up});
    else if (word == "manual")
      session = step(session, {Kind::manual_failover});
    else if (word.starts_with("force:"))
      session = step(session, {Kind::force_service, last});
    else if (word.starts_with("opened:"))
      session = step(session, {Kind::opened, last});
    else if (word.starts_with("suspend:"))
      session = step(session, {Kind::suspend, last});
    else if (word.starts_with("resume:"))
      session = step(session, {Kind::resume, last});
    else if (word.front() == '-')
      session = step(session, {Kind::lose, last});
    else if (word.front() == '+')
      session = step(session, {Kind::come_back, last});
    else if (word.size() == 3 && word[1] == '>')
      session = step(session, {Kind::time_out, first, last});
    else if (word.ends_with('|'))
      session = step(session, {Kind::cut, first, member_named(word[1])});
    else
      session = step(session, {Kind::heal, first, last});
  }
  return session;
}

inline char letter_of_who_serves(const Session& session) {
  const auto member = who_serves(session);
  return !member ? '-' : (*member == Member::first ? 'P' : 'M');
}

}  // namespace poolcast::rules
