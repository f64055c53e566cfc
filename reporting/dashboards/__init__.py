"""The dashboards: of an organisation, exact; of a region, of the nation, of a convention, as they are published."""
