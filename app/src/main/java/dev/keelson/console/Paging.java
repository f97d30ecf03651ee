package dev.keelson.console;

import dev.keelson.console.view.Pages;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One page of a list that is known as a whole. */
final class Paging {
    static final int SIZE = 50;

    private Paging() {}

    /** The entries of a page; those of the last when there are not so many. */
    static <T> List<T> slice(List<T> all, int page) {
        int from = (number(all.size(), page) - 1) * SIZE;
        return all.subList(from, Math.min(all.size(), from + SIZE));
    }

    /**
     * Where a page stands.
     *
     * @param size of the list
     * @param page from 1
     * @param what one entry is called, and several
     * @param address of the list without its page
     * @param parameters of the address, in order
     */
    static Pages pages(int size, int page, String[] what, String address, Map<String, String> parameters) {
        int number = number(size, page);
        int last = last(size);
        return new Pages(
                Text.count(size) + " " + (size == 1 ? what[0] : what[1]),
                last == 1
                        ? ""
                        : "%s to %s shown"
                                .formatted(
                                        Text.count((number - 1) * (long) SIZE + 1),
                                        Text.count(Math.min(size, number * (long) SIZE))),
                number == 1 ? null : address(address, parameters, number - 1),
                number == last ? null : address(address, parameters, number + 1));
    }

    private static int number(int size, int page) {
        return Math.max(1, Math.min(last(size), page));
    }

    private static int last(int size) {
        return Math.max(1, (size + SIZE - 1) / SIZE);
    }

    private static String address(String address, Map<String, String> parameters, int page) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        if (page > 1) {
            all.put("page", Integer.toString(page));
        }
        return address(address, all);
    }

    /** An address with parameters; empty ones are left out. */
    static String address(String path, Map<String, String> parameters) {
        StringBuilder address = new StringBuilder(path);
        char separator = '?';
        for (Map.Entry<String, String> entry : parameters.entrySet()) {
            if (!entry.getValue().isEmpty()) {
                address.append(separator).append(entry.getKey()).append('=').append(encoded(entry.getValue()));
                separator = '&';
            }
        }
        return address.toString();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
