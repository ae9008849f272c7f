// backup, restore and retention.
#include <chrono>
#include <cstdio>
#include <memory>

#include "reference-server/admin/commands.hpp"
#include "reference-server/admin/keeping.hpp"

namespace poolcast::admin {

namespace {

int backup(const Place& place, const std::string& file) {
  Workplace workplace(place);
  backup_content(workplace, file);
  std::printf(
      "The content database is saved in %s.\nThe key file %s is not in it: keep a copy of it elsewhere, or nobody can sign in "
      "with the passwords of the backup.\n",
      file.c_str(), key_file(place).c_str());
  return 0;
}

int restore(const Place& place, const std::string& file) {
  restore_content(place, file);
  const Workplace checked(place);
  std::printf("The content database is restored from %s. Put the key file of that time at %s.\n", file.c_str(),
              key_file(place).c_str());
  return 0;
}

struct RetentionFlags {
  Retention retention{};
  int days = 0;
};

int retain(const Place& place, const RetentionFlags& flags) {
  Workplace workplace(place);
  Retention retention = flags.retention;
  const auto before = std::chrono::system_clock::now().time_since_epoch() - std::chrono::hours(24) * flags.days;
  retention.before_ms = std::chrono::duration_cast<std::chrono::milliseconds>(before).count();
  const Expired expired = apply_retention(workplace, retention);
  std::printf("%lld messages older than %d days in %lld rooms %s.\n", static_cast<long long>(expired.messages), flags.days,
              static_cast<long long>(expired.rooms), retention.really ? "were deleted" : "would be deleted; --really does it");
  if (expired.kept_for_compliance > 0)
    std::printf("%lld more wait for the compliance service.\n", static_cast<long long>(expired.kept_for_compliance));
  return 0;
}

}  // namespace

void add_keeping_commands(const Commands& commands) {
  const Place* place = commands.place;
  auto file = std::make_shared<std::string>();
  add_command(*commands.app, "backup", "Save the content database to a file, also while servers run", commands.chosen,
              [=] { return backup(*place, *file); })
      ->add_option("FILE", *file, "a file that is not there yet")
      ->required();
  add_command(*commands.app, "restore", "Bring a backup back into an empty place", commands.chosen,
              [=] { return restore(*place, *file); })
      ->add_option("FILE", *file, "a file that `backup` wrote")
      ->required();
  auto flags = std::make_shared<RetentionFlags>();
  CLI::App* retention = add_command(*commands.app, "retention", "Delete old messages; without --really only count them",
                                    commands.chosen, [=] { return retain(*place, *flags); });
  retention->add_option("--older-than-days", flags->days, "age of a message in days")->required()->check(CLI::Range(1, 36'500));
  CLI::Option* category = retention->add_option("--category", flags->retention.category, "only rooms of this category");
  retention->add_option("--room", flags->retention.room, "only this room")->excludes(category);
  retention->add_flag("--really", flags->retention.really, "delete them");
}

}  // namespace poolcast::admin
