// compliance.
#include <chrono>
#include <cstdio>
#include <memory>

#include "reference-server/admin/commands.hpp"
#include "reference-server/compliance/adapter.hpp"
#include "reference-server/compliance/document.hpp"
#include "reference-server/compliance/relay.hpp"

namespace poolcast::admin {

namespace {

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

int show_status(const Place& place) {
  Workplace workplace(place);
  const auto archive = compliance::open_compliance(compliance_connection(place), true);
  const compliance::Status status = compliance::read_status(workplace.content(), *archive);
  std::printf("outbox\t%lld events", static_cast<long long>(status.outbox));
  if (status.outbox > 0) std::printf(", the oldest %.1f s old", static_cast<double>(now_ms() - status.oldest_outbox_ms) / 1e3);
  std::printf("\npending\t%lld events stored, not yet in a file\nwritten\t%lld events\n", static_cast<long long>(status.pending),
              static_cast<long long>(status.exported));
  if (status.last_run == 0)
    std::printf("The adapter has not yet run.\n");
  else
    std::printf("last\trun %lld at %s\n", static_cast<long long>(status.last_run),
                compliance::utc_text(status.last_finished_ms).c_str());
  return 0;
}

// The steps of the service, once, for pools whose servers do not run it.
int run_once(const Place& place, compliance::Settings settings) {
  Workplace workplace(place);
  settings.domain = place.domain;
  if (const auto right = compliance::check(settings); !right) throw Complaint(right.error().message);
  const auto archive = compliance::open_compliance(compliance_connection(place), true);
  std::size_t moved = 0;
  for (std::size_t pass = compliance::largest_pass; pass == compliance::largest_pass; moved += pass)
    pass = compliance::relay_pass(workplace.content(), *archive);
  long long events = 0;
  long long files = 0;
  for (std::int64_t run = 1; run != 0;) {
    const auto done = compliance::adapter_run(*archive, settings, now_ms());
    if (!done) throw Complaint(done.error().message);
    run = done->run;
    events += done->events;
    files += done->files;
  }
  std::printf("Moved %zu events from the outbox; wrote %lld events to %lld files in %s.\n", moved, events, files,
              settings.folder.c_str());
  return 0;
}

}  // namespace

void add_compliance_commands(const Commands& commands) {
  const Place* place = commands.place;
  CLI::App* group = commands.app->add_subcommand("compliance", "Records of what was said")->require_subcommand(1);
  add_command(*group, "status", "What waits where", commands.chosen, [=] { return show_status(*place); });
  auto settings = std::make_shared<compliance::Settings>();
  CLI::App* run = add_command(*group, "run", "Move what waits and write it to XML files, once", commands.chosen,
                              [=] { return run_once(*place, *settings); });
  run->add_option("FOLDER", settings->folder, "where the files go")->required();
  run->add_flag("--one-room-per-file", settings->one_room_per_file, "a file for each room instead of one for all");
  run->add_flag("--room-details", settings->add_room_details, "add the rooms' descriptions");
  run->add_flag("--user-details", settings->add_user_details, "add the senders' e-mail addresses");
}

}  // namespace poolcast::admin
