package dev.keelson.http.mlflow;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether the host of an address may stand in the registry: hosts of this machine, of its own network and of the services
 * that tell cloud machines their secrets may not, however they are spelled. No name is looked up.
 */
final class NetworkHost {
    private static final Pattern NAME = Pattern.compile("[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?");
    /** What browsers and C libraries read as an IPv4 address, well formed or not. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)");

    private static final Set<String> OWN_NAMES = Set.of(
            "localhost", "localhost.localdomain", "localhost6", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback",
            "broadcasthost", "host.docker.internal", "gateway.docker.internal", "kubernetes.docker.internal");
    private static final Set<String> METADATA_NAMES = Set.of(
            "metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal");

    private NetworkHost() {}

    /**
     * Why a host may not be named; null when it may.
     *
     * @param host of a URI, IPv6 addresses in brackets, without user and port
     */
    static @Nullable String refusal(String host) {
        if (host.startsWith("[")) {
            return host.endsWith("]") ? address6(host.substring(1, host.length() - 1)) : "Its host is not well formed.";
        }
        String name = Normalizer.normalize(host, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        while (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (!NAME.matcher(name).matches() || name.contains("..")) {
            return "Its host (%s) is not well formed.".formatted(host);
        }
        if (!host.chars().allMatch(c -> c < 128)) {
            return "Its host (%s) is not written in ASCII.".formatted(host);
        }
        if (OWN_NAMES.contains(name) || name.endsWith(".localhost")) {
            return "Its host (%s) is this machine.".formatted(host);
        }
        if (METADATA_NAMES.contains(name)) {
            return "Its host (%s) tells cloud machines their secrets.".formatted(host);
        }
        return ENDS_IN_NUMBER.matcher(name).matches() ? address4(host, name) : null;
    }

    private static @Nullable String address4(String host, String name) {
        InetAddress address;
        try {
            address = Inet4Address.ofPosixLiteral(name);
        } catch (IllegalArgumentException e) {
            return "Its host (%s) is not well formed.".formatted(host);
        }
        return isOfOwnNetwork(address.getAddress()) ? ownNetwork(host) : null;
    }

    private static @Nullable String address6(String literal) {
        if (literal.indexOf('%') >= 0) {
            return "Its host ([%s]) names a network card of this machine.".formatted(literal);
        }
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            return "Its host ([%s]) is not well formed.".formatted(literal);
        }
        if (address instanceof Inet6Address) {
            byte[] bytes = address.getAddress();
            boolean global = (bytes[0] & 0xe0) == 0x20; // 2000::/3, the only part that is given out
            boolean carriesIpv4 = (bytes[0] == 0x20 && bytes[1] == 0x02) // 6to4
                    || (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0); // Teredo
            return global && !carriesIpv4 ? null : ownNetwork("[" + literal + "]");
        }
        return isOfOwnNetwork(address.getAddress()) ? ownNetwork("[" + literal + "]") : null; // ::ffff:127.0.0.1
    }

    /** Blocks of RFC 6890 that nobody on the Internet has. */
    private static boolean isOfOwnNetwork(byte[] address) {
        int first = address[0] & 0xff;
        int second = address[1] & 0xff;
        int third = address[2] & 0xff;
        return first == 0
                || first == 10
                || first == 127
                || (first == 100 && (second & 0xc0) == 64)
                || (first == 169 && second == 254)
                || (first == 172 && (second & 0xf0) == 16)
                || (first == 192 && second == 0 && third == 0)
                || (first == 192 && second == 168)
                || (first == 198 && (second & 0xfe) == 18)
                || first >= 224;
    }

    private static String ownNetwork(String host) {
        return "Its host (%s) is this machine or of its own network.".formatted(host);
    }
}
