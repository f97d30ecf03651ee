package dev.keelson.http.mlflow;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client may name a URI as the source of a model version. The server never opens a source; but clients that load
 * the version do, and so did servers before this one, which is how files of theirs and secrets of their networks were read.
 *
 * <p>A source is read as a client could read it: percent-decoded as often as that changes it, and in the form in which
 * look-alikes are the characters that they look like. In none of these forms may it climb out of where it points.
 */
final class ModelSource {
    static final int MAX_LENGTH = 4_096;

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):(.*)", Pattern.DOTALL);
    private static final Pattern DRIVE = Pattern.compile("/*[A-Za-z][:|].*", Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile("//([^/?#]*)(.*)", Pattern.DOTALL);
    private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[^\\]]*]|[^:]*)(?::(\\d{0,5}))?");
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");
    private static final Pattern UNICODE_ESCAPE = Pattern.compile("%[uU][0-9A-Fa-f]{4}");
    private static final Pattern PART_ENDS = Pattern.compile("[/?#&=;:]");

    /** Those that are followed into this very server. */
    private static final Set<String> OWN = Set.of("runs", "models", "mlflow-artifacts");
    /** Those whose authority is a host that anyone can be sent to. */
    private static final Set<String> HOSTED = Set.of("http", "https", "ftp", "sftp", "mlflow-artifacts");
    /** Those that name a bucket, an account, a volume or a cluster. */
    private static final Set<String> STORES = Set.of(
            "s3", "s3a", "s3n", "gs", "gcs", "r2", "b2", "oss", "cos", "swift", "wasb", "wasbs", "abfs", "abfss", "adl", "azureml",
            "hdfs", "viewfs", "dbfs", "hf");

    private ModelSource() {}

    /**
     * Why a source is refused; null when it is not.
     *
     * @param artifacts where the run of the version keeps its files; null when there is no such run
     */
    static @Nullable String refusal(String source, @Nullable String artifacts) {
        if (source.isBlank()) {
            return "It is empty.";
        }
        if (source.length() > MAX_LENGTH) {
            return "It is longer than %d characters.".formatted(MAX_LENGTH);
        }
        String form = source;
        while (true) { // each round is shorter, or the last
            String wrong = wrong(form);
            if (wrong != null) {
                return wrong;
            }
            String next = decoded(form);
            if (next.equals(form)) {
                break;
            }
            form = next;
        }
        if (DRIVE.matcher(form).matches()) {
            return "It is a path of Windows.";
        }
        Matcher parts = SCHEME.matcher(source);
        if (!parts.matches()) {
            return local(source, artifacts);
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        String rest = parts.group(2);
        if (scheme.equals("file")) {
            return local(source, artifacts);
        }
        boolean known = OWN.contains(scheme) || HOSTED.contains(scheme) || STORES.contains(scheme);
        return known ? remote(scheme, rest) : "The scheme (%s) is not one that models are kept under.".formatted(parts.group(1));
    }

    private static @Nullable String wrong(String form) {
        if (form.codePoints().anyMatch(ModelSource::isInvisible)) {
            return "It contains NUL, a control character or one that is not seen.";
        }
        if (form.indexOf('\uFFFD') >= 0 || UNICODE_ESCAPE.matcher(form).find()) {
            return "Its percent-encoding is not that of UTF-8.";
        }
        String plain = Normalizer.normalize(form, Normalizer.Form.NFKC);
        if (form.indexOf('\\') >= 0 || plain.indexOf('\\') >= 0) {
            return "It contains a backslash.";
        }
        return climbs(form) || climbs(plain) ? "It contains a relative part (`.` or `..`); expected an absolute address." : null;
    }

    private static boolean isInvisible(int character) {
        int type = Character.getType(character);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.UNASSIGNED
                || type == Character.PRIVATE_USE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static boolean climbs(String form) {
        for (String part : PART_ENDS.split(form, -1)) {
            if (part.equals(".") || isDots(part)) {
                return true;
            }
        }
        return false;
    }

    /** Two dots or more, maybe with the blanks that some file systems drop. */
    private static boolean isDots(String part) {
        return part.chars().allMatch(c -> c == '.' || c == ' ') && part.chars().filter(c -> c == '.').count() > 1;
    }

    /** One round: bytes that are no UTF-8 become U+FFFD, per cent signs that encode nothing stay. */
    private static String decoded(String form) {
        if (!ESCAPE.matcher(form).find()) {
            return form;
        }
        StringBuilder strict = new StringBuilder(form.length() + 16);
        for (int i = 0; i < form.length(); i++) {
            char c = form.charAt(i);
            boolean encodes = c == '%' && i + 2 < form.length() && isHex(form.charAt(i + 1)) && isHex(form.charAt(i + 2));
            strict.append(c == '%' && !encodes ? "%25" : c == '+' ? "%2B" : Character.toString(c));
        }
        return URLDecoder.decode(strict.toString(), StandardCharsets.UTF_8);
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0 && c < 128;
    }

    private static @Nullable String remote(String scheme, String rest) {
        Matcher parts = AUTHORITY.matcher(rest);
        boolean hasAuthority = parts.matches() && !parts.group(1).isEmpty();
        if (!hasAuthority) {
            return OWN.contains(scheme) || scheme.equals("dbfs") || scheme.equals("hdfs") || scheme.equals("viewfs")
                    ? path(scheme, rest)
                    : "It names no host or bucket.";
        }
        String authority = parts.group(1);
        if (scheme.equals("runs") || scheme.equals("models")) {
            return "It names a server (%s); expected %s:/ and a path.".formatted(authority, scheme);
        }
        if (!authority.chars().allMatch(c -> c < 128) || authority.indexOf('%') >= 0) {
            return "Its host or bucket (%s) is not written in plain ASCII.".formatted(authority);
        }
        if (!HOSTED.contains(scheme)) {
            return null;
        }
        int user = authority.lastIndexOf('@');
        if (user >= 0 && scheme.startsWith("http")) {
            return "It carries a user name or password.";
        }
        Matcher host = HOST_AND_PORT.matcher(authority.substring(user + 1));
        return host.matches() && !host.group(1).isEmpty() ? NetworkHost.refusal(host.group(1)) : "Its host is not well formed.";
    }

    private static @Nullable String path(String scheme, String rest) {
        return rest.startsWith("/") && rest.chars().anyMatch(c -> c != '/') ? null : "It names no path after %s:/.".formatted(scheme);
    }

    /** A path of a disk, which is only good where the run of the version keeps its files on that disk. */
    private static @Nullable String local(String source, @Nullable String artifacts) {
        String path = ofDisk(source);
        String folder = artifacts == null ? null : ofDisk(artifacts);
        if (path != null && folder != null && !folder.isEmpty() && (path.equals(folder) || path.startsWith(folder + "/"))) {
            return null;
        }
        return "To use a local path as a source, the run_id parameter must name a run that keeps its files in a folder, and the"
                + " path must be in it.";
    }

    /** The absolute path that a source names, without a slash at its end; null when it names none of this machine. */
    private static @Nullable String ofDisk(String source) {
        String path = source;
        if (source.regionMatches(true, 0, "file:", 0, 5)) {
            path = source.substring(5);
            if (path.startsWith("//")) {
                int end = path.indexOf('/', 2);
                if (end != 2) { // another host, or a share
                    return null;
                }
                path = path.substring(2);
            }
            path = decoded(path);
        }
        String single = path.replaceAll("/+", "/");
        return path.startsWith("/") && !path.startsWith("//") ? single.replaceAll("/$", "") : null;
    }
}
