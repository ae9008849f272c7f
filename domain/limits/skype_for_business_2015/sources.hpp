// Titles of the pages that rules and limits cite, with their path in MicrosoftDocs/OfficeDocs-SkypeForBusiness (folder
// Skype/SfbServer), their TechNet id, or their page in the SQL Server documentation.
#pragma once

#include <string_view>

namespace poolcast::limits::skype_for_business_2015 {

inline constexpr std::string_view both = "Lync Server 2013, Skype for Business Server 2015";
inline constexpr std::string_view only_2015 = "Skype for Business Server 2015";
inline constexpr std::string_view only_2013 = "Lync Server 2013; the 2015 documents do not repeat it";

namespace source {

inline constexpr std::string_view capacity =
    "Capacity planning for Persistent Chat Server in Skype for Business Server 2015 "
    "(plan-your-deployment/persistent-chat-server/capacity-planning.md)";
inline constexpr std::string_view capacity_2013 =
    "Capacity planning for Persistent Chat Server in Lync Server 2013 (TechNet Gg615006)";
inline constexpr std::string_view topology =
    "Plan Persistent Chat Server topology (plan-your-deployment/persistent-chat-server/topology.md)";
inline constexpr std::string_view plan =
    "Plan for Persistent Chat Server (plan-your-deployment/persistent-chat-server/persistent-chat-server.md)";
inline constexpr std::string_view requirements =
    "Hardware and software requirements for Persistent Chat Server in Skype for Business Server 2015 "
    "(plan-your-deployment/persistent-chat-server/hardware-and-software-requirements.md)";
inline constexpr std::string_view recovery =
    "Plan for high availability and disaster recovery for Persistent Chat Server "
    "(plan-your-deployment/persistent-chat-server/high-availability-and-disaster-recovery.md)";
inline constexpr std::string_view recovery_setup =
    "Configure high availability and disaster recovery for Persistent Chat Server "
    "(deploy/deploy-persistent-chat-server/configure-hadr-for-persistent-chat.md)";
inline constexpr std::string_view recovery_operation =
    "High availability and disaster recovery for Persistent Chat Server: operation "
    "(manage/persistent-chat/high-availability-and-disaster-recovery.md)";
inline constexpr std::string_view add_server =
    "Add Persistent Chat Server to your Skype for Business Server 2015 topology "
    "(deploy/deploy-persistent-chat-server/add-persistent-chat-server.md)";
inline constexpr std::string_view options =
    "Configure Persistent Chat Server options (deploy/deploy-persistent-chat-server/configure-persistent-chat-server-options.md)";
inline constexpr std::string_view compliance_options =
    "Set-CsPersistentChatComplianceConfiguration (MicrosoftDocs/office-docs-powershell)";
inline constexpr std::string_view configuration = "Set-CsPersistentChatConfiguration (MicrosoftDocs/office-docs-powershell)";
inline constexpr std::string_view active_list = "Set-CsPersistentChatActiveServer (MicrosoftDocs/office-docs-powershell)";
inline constexpr std::string_view collocation =
    "Topology basics for Skype for Business Server (plan-your-deployment/topology-basics/topology-basics.md)";
inline constexpr std::string_view server_requirements =
    "Server requirements for Skype for Business Server 2015 "
    "(plan-your-deployment/requirements-for-your-environment/server-requirements.md)";
inline constexpr std::string_view ports =
    "Port and protocol requirements for servers (plan-your-deployment/network-requirements/ports-and-protocols.md)";
inline constexpr std::string_view back_end =
    "Back End Server high availability in Skype for Business Server "
    "(plan-your-deployment/high-availability-and-disaster-recovery/back-end-server.md)";
inline constexpr std::string_view front_end_recovery =
    "Front End pool disaster recovery in Skype for Business Server "
    "(plan-your-deployment/high-availability-and-disaster-recovery/disaster-recovery.md)";
inline constexpr std::string_view user_models =
    "User models in Skype for Business Server (plan-your-deployment/capacity/user-models.md)";
inline constexpr std::string_view front_end_capacity =
    "Capacity planning user model usage for Skype for Business Server (plan-your-deployment/capacity/user-model.md)";
inline constexpr std::string_view stress_tool =
    "Using the Skype for Business Server 2015 Stress and Performance Tool "
    "(management-tools/stress-and-performance-tool/using-the-tool.md)";
inline constexpr std::string_view how_it_works = "How Persistent Chat Server works in Lync Server 2013 (TechNet JJ683096)";
inline constexpr std::string_view resources_2013 =
    "Resources required for Persistent Chat Server high availability and disaster recovery in Lync Server 2013 (TechNet "
    "JJ205211)";
inline constexpr std::string_view deploying_2013 = "Deploying Persistent Chat Server in Lync Server 2013";
inline constexpr std::string_view sql_modes = "Database Mirroring Operating Modes (SQL Server documentation)";
inline constexpr std::string_view sql_quorum = "Quorum: How a Witness Affects Database Availability (SQL Server documentation)";
inline constexpr std::string_view sql_witness = "Database Mirroring Witness (SQL Server documentation)";
inline constexpr std::string_view sql_prerequisites =
    "Prerequisites, Restrictions, and Recommendations for Database Mirroring (SQL Server documentation)";
inline constexpr std::string_view sql_failures = "Possible Failures During Database Mirroring (SQL Server documentation)";
inline constexpr std::string_view sql_roles = "Role Switching During a Database Mirroring Session (SQL Server documentation)";
inline constexpr std::string_view sql_mirroring =
    "Database Mirroring: Standard and Enterprise Edition (SQL Server documentation)";
inline constexpr std::string_view sql_restore = "RESTORE Statements: compatibility support (SQL Server documentation)";
inline constexpr std::string_view sql_editions =
    "Features supported by the editions of SQL Server 2014 (SQL Server documentation)";
inline constexpr std::string_view stretched_farm =
    "SharePoint stretched farm guidance (MSDN blog zwsong, 2011-04-04), for want of a figure for chat";
inline constexpr std::string_view schwendiman =
    "R. Schwendiman, Lync 2013 Persistent Chat HA/DR Deep Dive, parts 1 and 2 (2013-12-20)";

}  // namespace source
}  // namespace poolcast::limits::skype_for_business_2015
