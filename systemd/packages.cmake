# The Debian packages, one a component; scripts/package builds them. The whole of it is CPack's own business but for
# the maintainer scripts.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rolloutd)
set(CPACK_PACKAGE_VENDOR rolloutd)
set(CPACK_PACKAGE_CONTACT "rolloutd maintainers <maintainers@rolloutd.example>")
# Each package has a summary of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
# The configuration lies outside of the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_COMPONENTS_ALL rolloutd)
if(ROLLOUTD_TESTS)
    list(APPEND CPACK_COMPONENTS_ALL sim)
endif()
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Several threads would make other bytes.
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_THREADS 1)

set(CPACK_DEBIAN_ROLLOUTD_PACKAGE_NAME rolloutd)
set(CPACK_DEBIAN_ROLLOUTD_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_ROLLOUTD_PACKAGE_DEPENDS "systemd (>= 247), ca-certificates, tzdata")
set(CPACK_DEBIAN_ROLLOUTD_PACKAGE_SUGGESTS rolloutd-sim)
set(CPACK_DEBIAN_ROLLOUTD_DESCRIPTION "guard of script rollouts on Huawei Cloud COC
Watches script service tickets of Huawei Cloud's COC and applies policies to
them: pauses a rollout when too many hosts fail, skips a batch that stands
still, cancels the one host that never answers, and lets the next batch go
after a quiet time. Every decision is recorded in a journal that cannot be
changed unnoticed.

As installed it watches no ticket and only observes.")
set(CPACK_DEBIAN_ROLLOUTD_PACKAGE_CONTROL_EXTRA
    "${CMAKE_CURRENT_BINARY_DIR}/control/preinst" "${CMAKE_CURRENT_BINARY_DIR}/control/postinst"
    "${CMAKE_CURRENT_BINARY_DIR}/control/prerm"
    "${CMAKE_CURRENT_BINARY_DIR}/control/postrm" "${CMAKE_CURRENT_SOURCE_DIR}/debian/conffiles")
foreach(script preinst postinst prerm postrm)
    configure_file(debian/rolloutd.${script} control/${script} COPYONLY)
    file(CHMOD "${CMAKE_CURRENT_BINARY_DIR}/control/${script}"
        PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endforeach()

set(CPACK_DEBIAN_SIM_PACKAGE_NAME rolloutd-sim)
set(CPACK_DEBIAN_SIM_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_SIM_PACKAGE_ENHANCES rolloutd)
set(CPACK_DEBIAN_SIM_DESCRIPTION "simulated cloud to rehearse policies of rolloutd with
coc-sim plays script tickets of Huawei Cloud's COC behind a real socket, from
a scenario in YAML: hosts that fail or hang, people who act, and a network
that goes wrong on request. It needs no cloud and no account.")

include(CPack)
