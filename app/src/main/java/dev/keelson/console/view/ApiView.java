package dev.keelson.console.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the server.
 *
 * @param shell what every page shares
 * @param lead what stands above all of it
 * @param groups what can be chosen
 * @param all every address; null when one group is shown
 * @param operations of the group that is shown
 */
public record ApiView(
        Shell shell, String lead, List<Group> groups, @Nullable Section all, List<Operation> operations) {

    /** Copies the lists. */
    public ApiView {
        groups = List.copyOf(groups);
        operations = List.copyOf(operations);
    }

    /**
     * A group of addresses.
     *
     * @param name its name and how many there are
     * @param href where it is shown
     * @param shown whether it is the one on the page
     */
    public record Group(String name, String href, boolean shown) {}

    /**
     * One thing that can be asked.
     *
     * @param id its name, which is also its place on the page
     * @param address method and path
     * @param summary one sentence
     * @param description more about it, or empty
     * @param tables parameters and answers
     * @param bodies what is sent
     * @param curl the command that asks it
     * @param java the call of the client for Java, or empty where it has none
     * @param attempt the form that asks it, or null where asking would change something
     */
    public record Operation(
            String id,
            String address,
            String summary,
            String description,
            List<Sheet> tables,
            List<Body> bodies,
            String curl,
            String java,
            @Nullable Action attempt) {

        /** Copies the lists. */
        public Operation {
            tables = List.copyOf(tables);
            bodies = List.copyOf(bodies);
        }
    }

    /**
     * A form of what is sent.
     *
     * @param media its media type
     * @param text its schema
     */
    public record Body(String media, String text) {}
}
