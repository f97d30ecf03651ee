package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.remote.Credentials;
import dev.keelson.remote.RemoteAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code registry}. */
final class RegistrySection {
    static final String RUNS = "runs";
    static final String VERSIONS = "versions";
    static final String REMOTE_FIRST = "remote-first";

    private final Problems problems;

    RegistrySection(Problems problems) {
        this.problems = problems;
    }

    /** The other registry, or null when there is none or it cannot be read. */
    @Nullable RegistryDefinition read(Table project) {
        Table table = project.table("registry");
        Scalar remote = table == null ? null : table.scalar("remote");
        if (table == null || remote == null || remote.text().isBlank()) {
            return null; // an address of a variable that is empty turns it off
        }
        String token = String.valueOf(table.has("token") ? table.text("token") : "");
        Scalar username = table.scalar("username");
        String password = String.valueOf(table.has("password") ? table.text("password") : "");
        if (!token.isEmpty() && username != null) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    username.location(),
                    "`registry` has `token` and `username`, and one of them was expected",
                    null);
        }
        if (!password.isEmpty() && username == null) {
            problems.add(
                    ErrorCode.MISSING_KEY,
                    table.location(),
                    "`registry` has a `password` and no `username`",
                    "Maybe add `username: ${MLFLOW_TRACKING_USERNAME}`.");
        }
        for (String key : List.of("token", "password")) {
            Scalar secret = table.scalar(key);
            if (secret != null && Secrets.isWrittenOut(key, secret.raw())) {
                problems.add(
                        ErrorCode.SECRET_IN_FILE,
                        secret.location(),
                        "a secret (`registry.%s`) is written in the file".formatted(key),
                        Secrets.HINT);
            }
        }
        Credentials credentials =
                username == null ? Credentials.token(token) : Credentials.basic(username.text(), password);
        List<String> write = table.has("write") ? table.texts("write") : List.of(RUNS, VERSIONS);
        Scalar resolve = table.scalar("resolve");
        try {
            return new RegistryDefinition(
                    RemoteAddress.of(remote.text(), credentials),
                    write.contains(RUNS),
                    write.contains(VERSIONS),
                    resolve == null || resolve.text().equals(REMOTE_FIRST));
        } catch (KeelsonException e) {
            Problem problem = e.problems().getFirst();
            problems.add(problem.code(), remote.textLocation(), problem.message(), problem.hint());
            return null;
        }
    }
}
