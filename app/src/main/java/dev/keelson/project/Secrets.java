package dev.keelson.project;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises secrets written into a project file. A value that comes from a variable ({@code ${NAME}}) is no secret of
 * the file. Wide enough for the mistakes people make, not a general scanner.
 */
final class Secrets {
    static final String HINT = "Maybe keep it in the environment or in `.env`, and write `${NAME}` here.";

    private static final Pattern SECRET_KEY =
            Pattern.compile("(?i)(^|[_-])(password|passwd|passphrase|pwd|secret|token|credentials?|"
                    + "api[_-]?key|access[_-]?key|private[_-]?key)$");

    private record Rule(String what, Pattern pattern) {}

    /** A variable without a default of its own. */
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-)?\\}");

    /** Group 1 is the secret itself; when it is a variable, all is well. */
    private static final List<Rule> RULES = List.of(
            new Rule("a password in an address", Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[^\\s/:@]*:([^\\s/@]+)@")),
            new Rule(
                    "a password or token in a setting",
                    Pattern.compile("(?i)(?:^|[?&;,\\s])"
                            + "(?:password|passwd|pwd|secret|token|access_token|api_?key)=([^\\s&;,=]+)")),
            new Rule("a private key", Pattern.compile("(-----BEGIN [A-Z ]*PRIVATE KEY-----)")),
            new Rule("a GitHub token", Pattern.compile("\\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})")),
            new Rule("a Slack token", Pattern.compile("\\b(xox[abeprs]-[A-Za-z0-9-]{10,})")),
            new Rule(
                    "a Slack address",
                    Pattern.compile("(hooks\\.slack\\.com/services/[A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]+)")),
            new Rule("a cloud access key", Pattern.compile("\\b((?:AKIA|ASIA)[0-9A-Z]{16})\\b")),
            new Rule("a bot token", Pattern.compile("\\b([0-9]{8,10}:[A-Za-z0-9_-]{35})\\b")),
            new Rule(
                    "a signed token",
                    Pattern.compile("\\b(eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+)")),
            new Rule("an API key", Pattern.compile("\\b(sk-[A-Za-z0-9_-]{20,})")));

    private Secrets() {}

    /** What kind of secret a text contains, or null when none was recognised. The secret itself is never returned. */
    static @Nullable String find(String text) {
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern().matcher(text);
            while (matcher.find()) {
                if (!VARIABLE.matcher(matcher.group(1)).matches()) {
                    return rule.what();
                }
            }
        }
        return null;
    }

    /** Whether a key usually holds a secret and this value is written out. */
    static boolean isWrittenOut(String key, String value) {
        return SECRET_KEY.matcher(key).find()
                && !value.isEmpty()
                && !VARIABLE.matcher(value).matches();
    }
}
