package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.ProjectTemplate;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson init}. */
@Command(name = "init", description = "Make a project from an example.")
final class InitCommand extends KeelsonCommand {
    @Parameters(arity = "0..1", paramLabel = "DIR", defaultValue = ".", description = "Where (default: here).")
    String folder = ".";

    @Option(names = "--example", paramLabel = "NAME", required = true, description = "Which one: football, bets, crypto or stocks.")
    String example = "";

    @Override
    int run(Session session) {
        Path target = session.path(folder).normalize();
        List<Path> files = ProjectTemplate.create(target.toString().isEmpty() ? Path.of(".") : target, example);
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("folder", target.toAbsolutePath().normalize().toString());
        document.put("example", example);
        var list = document.putArray("files");
        files.forEach(file -> {
            session.console().line(session.shown(file));
            list.add(file.getFileName().toString());
        });
        session.console().document(document);
        String shown = session.shown(target);
        String there = shown.equals(".") ? "" : "cd " + Texts.quoted(shown) + " && ";
        session.console()
                .note("Next: put your data in place (see README.md), or simulate some:\n  "
                        + there + "keelson simulate " + simulation() + " && keelson "
                        + (example.equals("football") || example.equals("bets") ? "run" : "data load"));
        return YES;
    }

    private String simulation() {
        return example.equals("football") ? "league --out data/football/matches.csv.gz" : example + " --out data";
    }
}
