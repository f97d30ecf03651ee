package dev.keelson.cli;

import dev.keelson.registry.Run;
import dev.keelson.registry.RunCheck;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Reproduced;
import dev.keelson.wiring.Reproduced.Part;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson reproduce}. */
@Command(
        name = "reproduce",
        description = "Train a run again from its own data and compare the bytes; exit code 1 when they differ.")
final class ReproduceCommand extends KeelsonCommand {
    @Parameters(
            paramLabel = "RUN",
            description = RunsShow.RUN)
    String name = "";

    @Option(
            names = "--check",
            description = "Do not train: compare data, definitions, libraries and machine alone; exit code 1 when something that matters differs.")
    boolean checkOnly;

    @Override
    int run(Session session) {
        try (ProjectReading state = ProjectReading.open(session.project())) {
            Run run = state.named(name);
            if (checkOnly) {
                RunCheck check = state.check(run);
                show(session.console(), check, true);
                session.console().document(check.toJson());
                session.console().note(conclusion(check));
                return check.holds() ? YES : NO;
            }
            session.console().note("Training %s again, run %s; nothing of it is kept.".formatted(run.experiment(), shortId(run.id())));
            Reproduced again = state.reproduce(run);
            show(session.console(), again);
            session.console().document(again.toJson());
            session.console().note(conclusion(again));
            return again.identical() ? YES : NO;
        }
    }

    private static String shortId(String id) {
        return id.substring(0, Math.min(12, id.length()));
    }

    /** All lines, or those alone that are not as they were. */
    private static void show(Console console, RunCheck check, boolean all) {
        List<List<String>> rows = new ArrayList<>();
        for (RunCheck.Line line : check.lines()) {
            if (all || line.fails()) {
                rows.add(List.of(
                        line.state().word(),
                        line.matters() ? "matters" : "",
                        line.group(),
                        line.name(),
                        cut(console, line.then()),
                        line.state() == RunCheck.State.SAME ? "" : cut(console, line.now()),
                        line.note()));
            }
        }
        console.table(List.of("STATE", "", "GROUP", "WHAT", "THEN", "NOW", "NOTE"), rows);
    }

    private static void show(Console console, Reproduced again) {
        if (!again.trained()) {
            show(console, again.check(), false);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (Part part : again.parts()) {
            boolean same = part.state() == Reproduced.State.IDENTICAL;
            rows.add(List.of(
                    part.state().word(),
                    part.group(),
                    part.name(),
                    part.at(),
                    cut(console, part.then()),
                    same ? "" : cut(console, part.now()),
                    part.note()));
        }
        for (RunCheck.Line line : again.check().failures()) {
            rows.add(List.of(
                    line.state().word(), line.group(), line.name(), "", cut(console, line.then()), cut(console, line.now()), line.note()));
        }
        console.table(List.of("STATE", "GROUP", "WHAT", "AT", "THEN", "NOW", "NOTE"), rows);
    }

    /** Hashes are cut for people; piped nothing is. */
    static String cut(Console console, @Nullable String text) {
        return text == null ? "" : console.terminal() && text.matches("[0-9a-f]{40,64}") ? text.substring(0, 12) : text;
    }

    private static String conclusion(RunCheck check) {
        long fails = check.failures().size();
        String unknown = check.count(RunCheck.State.UNKNOWN) == 0
                ? ""
                : " %d cannot be told, because the run did not record it or the code is no release."
                        .formatted(check.count(RunCheck.State.UNKNOWN));
        return fails == 0
                ? "Nothing that matters differs." + unknown
                : "Different or missing of what matters: %d.%s%s".formatted(fails, unknown, commit(check));
    }

    /** Where the definitions of the run can be found again. */
    private static String commit(RunCheck check) {
        boolean definitions = check.failures().stream().anyMatch(line -> line.group().equals("definition"));
        return definitions
                ? check.lines().stream()
                        .filter(line -> line.name().equals("git.commit") && line.then() != null)
                        .findFirst()
                        .map(line -> " The project was at commit %s then%s; check it out into another folder with this project's .keelson."
                                .formatted(line.then(), uncommitted(check)))
                        .orElse(" Which commit the project was at then was not recorded.")
                : "";
    }

    private static String uncommitted(RunCheck check) {
        return check.lines().stream()
                .filter(line -> line.name().equals("git.state") && line.then() != null && !"clean".equals(line.then()))
                .findFirst()
                .map(line -> ", with changes that were not committed and are not known (%s)".formatted(line.then()))
                .orElse("");
    }

    private static String conclusion(Reproduced again) {
        if (!again.trained()) {
            return "Not trained: it would not be the same training. " + conclusion(again.check());
        }
        if (again.identical()) {
            boolean other = !again.check().holds();
            return "Identical, bit by bit." + (other ? " That although something of the environment differs: see --check." : "");
        }
        long different = again.parts().stream()
                .filter(part -> part.state() == Reproduced.State.DIFFERENT)
                .count();
        return different == 0
                ? "The new training gives the bytes that the run recorded, but files in the store are not those."
                : "%s differ. `keelson reproduce %s --check` says what is other than it was."
                        .formatted(Texts.count(different, "part"), shortId(again.check().runId()));
    }
}
