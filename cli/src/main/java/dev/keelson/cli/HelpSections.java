package dev.keelson.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** The commands by what they are for. */
final class HelpSections {
    private static final Map<String, List<String>> GROUPS = groups();

    private HelpSections() {}

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("Start", List.of("demo", "init", "doctor", "validate", "plan", "apply", "run", "replay", "serve", "status"));
        groups.put("Data", List.of("data", "labels", "features", "sync", "lineage", "import", "simulate"));
        groups.put("Models", List.of("train", "tune", "backtest", "benchmark", "check", "runs", "experiments", "slices", "reproduce", "models", "audit", "registry", "bandit", "bets", "opportunities"));
        groups.put("Serving", List.of("predict", "predictions", "rollout", "api"));
        groups.put("Watching", List.of("drift", "performance", "streaks", "schedule", "alerts", "settings"));
        groups.put("More", List.of("explain", "version"));
        return groups;
    }

    /** Names of the groups with their commands, in order. */
    static Map<String, List<String>> all() {
        return GROUPS;
    }

    static void install(CommandLine root) {
        root.getHelpSectionMap().put(SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        root.getHelpSectionMap().put(SECTION_KEY_COMMAND_LIST, HelpSections::render);
    }

    private static String render(Help help) {
        StringBuilder text = new StringBuilder();
        GROUPS.forEach((group, commands) -> {
            text.append(System.lineSeparator()).append(group).append(System.lineSeparator());
            for (String name : commands) {
                Help command = help.subcommands().get(name);
                if (command != null) {
                    String[] about = command.commandSpec().usageMessage().description();
                    text.append("  ")
                            .append(help.colorScheme().commandText(name))
                            .append(" ".repeat(Math.max(1, 14 - name.length())))
                            .append(about.length == 0 ? "" : about[0])
                            .append(System.lineSeparator());
                }
            }
        });
        return text.append(System.lineSeparator())
                .append("`keelson COMMAND --help` tells more. Exit codes: 0 yes, 1 the answer is no, 2 an error.")
                .append(System.lineSeparator())
                .toString();
    }
}
