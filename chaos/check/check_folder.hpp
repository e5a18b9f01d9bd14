#pragma once
/// The check of a run, from files and the database to a verdict in files: what
/// `recado-chaos check FOLDER` does, and what a run does at its end.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace recado::chaos {

/// Reads FOLDER/clients/*.jsonl, FOLDER/faults.jsonl and, given a DSN, the tables; writes
/// FOLDER/verdict.json, FOLDER/report.html and FOLDER/report.md. Without a DSN only what clients
/// saw is compared. Throws std::runtime_error when there is nothing to check or the database does
/// not answer. The result is what verdict.json holds; "ok" is true when no promise was broken.
nlohmann::json check_folder(const std::filesystem::path& folder,
                            const std::optional<std::string>& dsn);

/// The same for people: a few lines for the terminal.
std::string to_text(const nlohmann::json& verdict);

} // namespace recado::chaos
