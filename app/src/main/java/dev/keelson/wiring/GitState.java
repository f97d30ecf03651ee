package dev.keelson.wiring;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** The state of the Git repository that a folder lies in, as the program {@code git} tells it. */
final class GitState {
    static final String COMMIT = "git.commit";
    static final String BRANCH = "git.branch";
    static final String REMOTE = "git.remote";
    static final String STATE = "git.state";
    /** What {@link #STATE} is when nothing of the folder differs from the commit. */
    static final String CLEAN = "clean";

    private static final int SECONDS = 10;

    private GitState() {}

    /**
     * Commit, branch, remote {@code origin} without credentials, and whether the folder differs from the commit (files that
     * are not tracked count, those that are ignored and the project's state do not); nothing outside a repository or where
     * there is no {@code git}.
     */
    static SortedMap<String, String> of(Path folder) {
        SortedMap<String, String> state = new TreeMap<>();
        Optional<String> status = ask(
                folder,
                List.of(
                        "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--branch", "--", ".", ":(exclude).keelson"));
        if (status.isEmpty()) {
            return state;
        }
        int changed = 0;
        for (String line : status.get().lines().toList()) {
            if (line.startsWith("# branch.oid ")) {
                state.put(COMMIT, line.substring(13));
            } else if (line.startsWith("# branch.head ")) {
                state.put(BRANCH, line.substring(14));
            } else if (!line.startsWith("#")) {
                changed++;
            }
        }
        state.put(STATE, changed == 0 ? CLEAN : changed == 1 ? "1 file changed" : changed + " files changed");
        ask(folder, List.of("config", "--get", "remote.origin.url"))
                .map(url -> withoutCredentials(url.strip()))
                .filter(url -> !url.isEmpty())
                .ifPresent(url -> state.put(REMOTE, url));
        return state;
    }

    /** An address without user, password, query and fragment. */
    static String withoutCredentials(String url) {
        String bare = url.replaceAll("[?#].*$", "");
        int scheme = bare.indexOf("://");
        int start = scheme < 0 ? 0 : scheme + 3;
        int end = bare.indexOf('/', start);
        int at = bare.lastIndexOf('@', end < 0 ? bare.length() : end);
        return at < start ? bare : bare.substring(0, start) + bare.substring(at + 1);
    }

    private static Optional<String> ask(Path folder, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("GIT_OPTIONAL_LOCKS", "0");
        builder.environment().put("GIT_TERMINAL_PROMPT", "0");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            CompletableFuture<String> text = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return process.exitValue() == 0 ? Optional.of(text.join()) : Optional.empty();
        } catch (IOException | CompletionException e) {
            return Optional.empty(); // there is no git: nothing is known of a repository
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
