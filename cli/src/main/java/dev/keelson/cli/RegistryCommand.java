package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.OtherRegistry;
import dev.keelson.remote.ModelLookup;
import dev.keelson.wiring.ProjectRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson registry}. */
@Command(
        name = "registry",
        description = {
            "The other registry, a Keelson or an MLflow server, that the project file names under `registry` and that is told what"
                    + " happens here.",
            "While it cannot be reached, work goes on and changes wait."
        },
        subcommands = {
            RegistryCommand.Status.class,
            RegistryCommand.Sync.class,
            RegistryCommand.Conflicts.class,
            RegistryCommand.Resolve.class,
            RegistryCommand.Pull.class
        })
final class RegistryCommand extends CommandGroup {

    private static ObjectNode ask(Session session, Function<OtherRegistry, ObjectNode> question) {
        return ProjectRegistry.with(session.project(), session.clock(), question);
    }

    /** {@code keelson registry status}. */
    @Command(
            name = "status",
            description = "Show whether it answers, what waits for it, and how many conflicts there are. Exit code 1 when something"
                    + " waits or is in conflict.")
    static final class Status extends KeelsonCommand {
        @Override
        int run(Session session) {
            ObjectNode status = ask(session, OtherRegistry::status);
            Console console = session.console();
            console.line("%s  %s".formatted(
                    status.path("remote").asText(),
                    status.path("reachable").asBoolean()
                            ? "answers (version %s)".formatted(status.path("version").asText())
                            : "does not answer"));
            console.line("waiting    %s%s".formatted(
                    status.path("waiting").asText(),
                    status.path("oldest").isTextual() ? ", since " + status.path("oldest").asText() : ""));
            console.line("conflicts  %s".formatted(status.path("conflicts").asText()));
            if (status.path("asking").asInt() > 0) {
                console.line("asking     %s".formatted(status.path("asking").asText()));
                console.note("What asks waits for a promotion at the other registry; `keelson registry conflicts` shows what to do.");
            }
            if (status.path("problem").isTextual()) {
                console.note(status.path("problem").asText());
            }
            if (status.path("conflicts").asInt() > 0) {
                console.note("`keelson registry conflicts` shows them.");
            }
            console.document(status);
            return status.path("waiting").asLong() + status.path("conflicts").asLong() > 0 ? NO : YES;
        }
    }

    /** {@code keelson registry sync}. */
    @Command(
            name = "sync",
            description = {
                "Send what waits now, and compare both sides: what is missing there is sent, what differs becomes a conflict.",
                "Nothing is overwritten on either side. Exit code 1 when there are conflicts."
            })
    static final class Sync extends KeelsonCommand {
        @Override
        int run(Session session) {
            ObjectNode done = ask(session, OtherRegistry::sync);
            Console console = session.console();
            console.line("%d sent, %d missing there, %d missing here, %d in conflict"
                    .formatted(
                            done.path("sent").asInt(),
                            done.path("missing_there").size(),
                            done.path("missing_here").size(),
                            done.path("conflicts").asInt()));
            if (done.path("blocked").asInt() > 0) {
                console.line("%d wait for the decision about their version".formatted(done.path("blocked").asInt()));
            }
            if (done.path("asking").asInt() > 0) {
                console.line("%d ask there for promotion".formatted(done.path("asking").asInt()));
            }
            done.path("missing_here").forEach(each -> console.note("Missing here: " + each.asText() + "."));
            if (!done.path("missing_here").isEmpty()) {
                console.note("`keelson import mlflow` with its address brings what is missing here.");
            }
            if (done.path("conflicts").asInt() > 0) {
                console.note("`keelson registry conflicts` shows the conflicts.");
            }
            console.document(done);
            return done.path("conflicts").asInt() > 0 ? NO : YES;
        }
    }

    /** {@code keelson registry conflicts}. */
    @Command(
            name = "conflicts",
            description = "Show where both sides differ. Exit code 1 when there are some that nobody has decided.")
    static final class Conflicts extends KeelsonCommand {
        @Option(names = "--all", description = "Also those that a person has decided.")
        boolean all;

        @Override
        int run(Session session) {
            ObjectNode found = ask(session, registry -> registry.conflicts(all));
            List<List<String>> rows = new ArrayList<>();
            boolean open = false;
            boolean asking = false;
            for (JsonNode each : found.path("conflicts")) {
                boolean asks = each.path("state").asText().equals("asks_there");
                asking |= asks;
                open |= !asks && !each.path("settled_at").isTextual();
                rows.add(List.of(
                        each.path("id").asText(),
                        each.path("what").asText(),
                        each.path("local").asText(),
                        each.path("remote").asText(),
                        each.path("found_at").asText(),
                        each.path("kept").isTextual()
                                ? "%s kept the %s side".formatted(each.path("settled_by").asText(), each.path("kept").asText())
                                : asks ? "waits for a promotion there" : waiting(each)));
            }
            session.console().table(List.of("ID", "WHAT", "HERE", "THERE", "FOUND AT", "DECIDED"), rows);
            if (asking) {
                session.console()
                        .note("What asks there waits for the other side: a person there promotes the version, or imports its files as"
                                + " a model of that project and promotes that. `--keep remote` leaves both sides as they are.");
            }
            session.console().document(found);
            return open ? NO : YES;
        }
    }

    /** What waits for the decision of a conflict. */
    private static String waiting(JsonNode conflict) {
        List<String> changes = new ArrayList<>();
        conflict.path("waiting").forEach(each -> changes.add(each.asText()));
        return changes.isEmpty() ? "" : "wait for it: " + String.join(", ", changes);
    }

    /** {@code keelson registry resolve}. */
    @Command(
            name = "resolve",
            description = {
                "Decide a conflict.",
                "`--keep local` sends the change again, over what is there: an alias or stage is moved there, a version gets the next"
                        + " number there. `--keep remote` moves the alias or stage here; whatever else stays as it is on both sides.",
                "Exit code 1 when the other side refuses what was sent again: what settles it then is told."
            })
    static final class Resolve extends KeelsonCommand {
        @Parameters(paramLabel = "ID", description = "The conflict, as `keelson registry conflicts` shows it.")
        String id = "";

        @Option(names = "--keep", required = true, paramLabel = "SIDE", description = "${COMPLETION-CANDIDATES}.")
        @Nullable Side keep;

        @Option(names = "--actor", paramLabel = "NAME", description = "Who decides, for the audit trail (default: the user's name).")
        @Nullable String actor;

        /** Which side is kept. */
        enum Side {
            local,
            remote
        }

        @Override
        int run(Session session) {
            String who = actor != null ? actor : ModelsChange.actor(session);
            ObjectNode settled = ask(session, registry -> registry.settle(id, String.valueOf(keep), who));
            Console console = session.console();
            String what = settled.path("what").asText();
            boolean decided = settled.path("state").asText("settled").equals("settled");
            if (decided) {
                console.line("%s: the %s side is kept.".formatted(what, settled.path("kept").asText()));
            } else {
                console.line("%s: not settled; there: %s".formatted(what, settled.path("remote").asText()));
            }
            if (settled.path("todo").isTextual()) {
                console.note(settled.path("todo").asText());
            }
            if (decided && settled.path("waiting").asLong() > 0) {
                console.note("%s for the other registry%s"
                        .formatted(
                                settled.path("waiting").asLong() == 1 ? "1 change waits" : settled.path("waiting").asText() + " changes wait",
                                settled.path("problem").isTextual()
                                        ? ": " + settled.path("problem").asText()
                                        : "; `keelson registry conflicts` shows what for."));
            }
            console.document(settled);
            return decided ? YES : NO;
        }
    }

    /** {@code keelson registry pull}. */
    @Command(
            name = "pull",
            description = {
                "Show which version a reference means, there first and here when the other registry has none or cannot be reached.",
                "With --out, write its files into a new folder; a bundle of Keelson's comes as `model.bundle`. Nothing in them is run."
            })
    static final class Pull extends KeelsonCommand {
        @Parameters(
                paramLabel = "REFERENCE",
                description = "`models:/NAME@ALIAS`, `models:/NAME/STAGE` or `models:/NAME/NUMBER`.")
        String reference = "";

        @Option(names = "--out", paramLabel = "DIR", description = "The folder for its files; made, and must not be there.")
        @Nullable String out;

        @Override
        int run(Session session) {
            ObjectNode document = ProjectRegistry.lookup(session.project(), lookup -> {
                ModelLookup.Found found = lookup.find(reference);
                ObjectNode node = found.toJson();
                String folder = out;
                if (folder != null) {
                    try {
                        lookup.pull(found, session.path(folder)).forEach(node.putArray("files")::add);
                    } catch (IOException e) {
                        throw Failures.writing(session.path(folder), e);
                    }
                }
                return node;
            });
            Console console = session.console();
            console.line("%s version %d  %s  %s"
                    .formatted(
                            document.path("model").asText(),
                            document.path("version").asInt(),
                            document.path("origin").asText(),
                            document.path("source").asText()));
            document.path("files").forEach(file -> console.line(file.asText()));
            if (document.path("problem").isTextual()) {
                console.note("Looked up here: " + document.path("problem").asText());
            }
            console.document(document);
            return YES;
        }
    }
}
