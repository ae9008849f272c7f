// What a node decides about its chat; defaults are the product's where they are documented.
#pragma once

#include <cstdint>
#include <string>

namespace poolcast::chat {

struct Config {
  std::string domain;        // of rooms and users: `lab.example`
  std::string display_name;  // of the server, in getserverinfo
  std::string file_service;  // URL of the file web service; empty: no files
  std::string database_version;

  // Set-CsPersistentChatConfiguration and its documented defaults.
  std::size_t recent_messages = 30;           // DefaultChatHistory: kept in memory per room
  std::size_t participant_update_limit = 75;  // ParticipantUpdateLimit: larger rooms send no roster notices

  // Ours: nothing is published for 2015.
  std::size_t message_bytes = 8'000;  // of the plain text of a post
  std::size_t story_bytes = 60'000;
  double post_bytes_per_s = 64.0 * 1024;        // of one user's posts, over all connections
  double post_burst_bytes = 2.0 * 1024 * 1024;  // at once
  std::size_t looked_at_per_request = 1'000;    // rooms or people that a search may look at before it costs one more request
  std::uint32_t search_limit = 999;             // rooms found by one search; the value of the protocol's examples
  std::size_t listed_participants = 1'000;      // people named in the reply to a join
  std::size_t rooms_per_session = 1'000;
  std::size_t waiting_commands = 1'000;  // of one session; more are answered 503
  double roster_window_s = 2;            // joins and parts within it reach a recipient as one notice
  double linger_s = 120;                 // how long a lost endpoint still counts as present: two keep-alive intervals

  std::size_t peers = 0;                    // other nodes of the pool, numbered from 0
  double gap_patience_s = 0.2;              // how long a post waits for an older one of another node before the store is asked
  std::size_t unplaced_presences = 10'000;  // people at other nodes in rooms that we do not know yet

  bool compliance = false;
};

}  // namespace poolcast::chat
