package dev.keelson.cli;

import dev.keelson.http.ApiDocument;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code keelson api}. */
@Command(
        name = "api",
        description = "List what a server can be asked over HTTP; with --json, its OpenAPI document.",
        footer = "Example: keelson api --json > openapi.json")
final class ApiCommand extends KeelsonCommand {
    @Override
    int run(Session session) {
        ApiDocument api = ApiDocument.load();
        session.console()
                .table(
                        List.of("METHOD", "ADDRESS", "WHAT"),
                        api.operations().stream()
                                .map(each -> List.of(each.method(), each.path(), each.summary()))
                                .toList());
        session.console().document(api.json());
        return YES;
    }
}
